import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";

/** A program of this folder in a process of its own, which answers every message with one. */
export interface Child<Message extends object | string, Answer> {
  ask(message: Message): Promise<Answer>;
  close(): Promise<void>;
}

/** An origin rests when everything that it sends was taken, which the longest fault puts off. */
const ANSWER_MS_MAX = 15 * 60_000;

/** Forks the program with one argument, JSON of `start`, and resolves with its first message. */
export async function startChild<Message extends object | string, Answer>(
  program: URL,
  start: object,
): Promise<Child<Message, Answer>> {
  const child: ChildProcess = fork(program, [JSON.stringify(start)], {
    execArgv: ["--no-warnings"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`"${program.pathname}" ended early: ${String(code ?? signal)}`);
  });
  // Whoever asks hears of it; after `close` nobody does.
  ended.catch(() => undefined);
  let turn: Promise<unknown> = next();

  async function next(): Promise<Answer> {
    const signal = AbortSignal.timeout(ANSWER_MS_MAX);
    const [answer] = (await Promise.race([once(child, "message", { signal }), ended])) as [Answer];
    return answer;
  }

  async function askAfter(before: Promise<unknown>, message: Message): Promise<Answer> {
    await before;
    const answered = next();
    child.send(message);
    return answered;
  }

  await turn;
  return {
    ask: (message) => {
      const answer = askAfter(turn, message);
      turn = answer.catch(() => undefined);
      return answer;
    },
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
