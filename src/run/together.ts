/**
 * Runs tasks that end together: when one fails, `stop` is called, the others are waited for, and the first failure is thrown. When
 * several fail, the later ones are told as its suppressed companions.
 */
export async function together(tasks: readonly Promise<void>[], stop: () => void): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(
    tasks.map((task) =>
      task.catch((error: unknown) => {
        failures.push(error);
        stop();
      }),
    ),
  );
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1)
    throw new AggregateError(failures, "Cannot go on: several parts failed", {
      cause: failures[0],
    });
}
