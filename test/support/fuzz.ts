/** Cases that a property of damaged bytes tries, where CHAPERONE_FUZZ_RUNS says no other number. */
export function fuzzRuns(usual: number): number {
  return Number(process.env["CHAPERONE_FUZZ_RUNS"] ?? usual);
}
