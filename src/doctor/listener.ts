import { connect } from "node:net";
import type { ListenAddress, ServerTls } from "../model/http.ts";
import { describeError, systemCode } from "../model/error.ts";
import type { Micros } from "../model/time.ts";
import { isRunning, lastHolder } from "../platform/lock.ts";
import { checkCertificate } from "./certificate.ts";
import { ok, problem, warning, type CheckResult, type Surgery } from "./check.ts";
import { reachable } from "./running-process.ts";

const CONNECT_MS_MAX = 2_000;

/** A source that origins send to: who listens at its address, and how long its certificates are valid. */
export async function checkListener(
  { home, clock }: Surgery,
  of: string,
  { listen, tls }: { readonly listen: ListenAddress; readonly tls: ServerTls | null },
): Promise<readonly CheckResult[]> {
  const pid = lastHolder(home);
  const isOurs = pid !== null && isRunning(pid);
  const results = [await byAnswer({ check: "listener", of }, listen, isOurs)];
  return tls === null ? results : [...results, ...certificatesOf(of, tls, clock.now())];
}

function certificatesOf(of: string, tls: ServerTls, now: Micros): readonly CheckResult[] {
  try {
    const { certificate, clientAuthority } = tls.read();
    const own = checkCertificate(of, "server certificate", certificate, now);
    if (clientAuthority === null) return [own];
    return [own, checkCertificate(of, "authority of the clients", clientAuthority, now)];
  } catch (error) {
    const remedy = "See to the files that tls names, and to their permissions";
    return [problem({ check: "certificate", of }, describeError(error), remedy)];
  }
}

async function byAnswer(
  named: { readonly check: string; readonly of: string },
  listen: ListenAddress,
  isOurs: boolean,
): Promise<CheckResult> {
  const place = `"${listen.host}:${listen.port}"`;
  const fault = await connectionFault(listen);
  if (fault === null)
    return isOurs
      ? ok(named, `${place} takes connections`)
      : problem(
          named,
          `${place} is taken, and no process of ours runs`,
          "Choose another port, or stop the other process: run refuses to start",
        );
  if (isOurs)
    return problem(
      named,
      `the process that runs does not answer at ${place}: ${fault}`,
      "Look at its log; was the configuration changed since it started?",
    );
  if (fault === "ECONNREFUSED") return ok(named, `${place} is free`);
  return warning(
    named,
    `nobody can say whether ${place} is free: ${fault}`,
    "Is it an address of this machine?",
  );
}

/** Null where somebody takes the connection; else why not. */
function connectionFault({ host, port }: ListenAddress): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: reachable(host), port, timeout: CONNECT_MS_MAX });
    const end = (fault: string | null) => (): void => {
      socket.destroy();
      resolve(fault);
    };
    socket.once("connect", end(null)).once("timeout", end("no answer"));
    socket.once("error", (error) => end(systemCode(error) ?? error.message)());
  });
}
