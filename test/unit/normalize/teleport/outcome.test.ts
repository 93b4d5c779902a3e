import { describe, expect, it } from "vitest";
import { teleportEvent } from "../records.ts";

describe("the outcome of a Teleport event", () => {
  it.each<readonly [object, string, string | null]>([
    [{ event: "user.login", code: "T1000I", success: true }, "success", "T1000I"],
    [{ event: "user.login", code: "T1000W", success: false }, "unauthenticated", "T1000W"],
    [{ event: "auth", code: "T3007W", success: false }, "unauthenticated", "T3007W"],
    [{ event: "session.start", code: "T2000I" }, "opened", "T2000I"],
    [{ event: "session.rejected", code: "T1006W" }, "denied", "T1006W"],
    [{ event: "session.end", code: "T2004I" }, "success", "T2004I"],
    [{ event: "exec", code: "T3002I", exitCode: "0" }, "success", "0"],
    [{ event: "exec", code: "T3002I" }, "success", "T3002I"],
    [{ event: "exec", code: "T3002E", exitCode: "4" }, "failure", "4"],
    [{ event: "exec", code: "T3002E", exitCode: "403" }, "denied", "403"],
    [{ event: "exec", code: "T3002E" }, "failure", "T3002E"],
    [{ event: "session.command", code: "T4000I", return_code: 0 }, "success", "0"],
    [{ event: "session.command", code: "T4000I", return_code: -13 }, "failure", "-13"],
    [{ event: "session.network", code: "T4002I", action: 0 }, "success", "T4002I"],
    [{ event: "session.network", code: "T4002I", action: 1 }, "denied", "T4002I"],
    [{ event: "kube.request", code: "T3009I", response_code: 201 }, "success", "201"],
    [{ event: "kube.request", code: "T3009I", response_code: 101 }, "opened", "101"],
    [{ event: "kube.request", code: "T3009I", response_code: 401 }, "unauthenticated", "401"],
    [{ event: "kube.request", code: "T3009I", response_code: 403 }, "denied", "403"],
    [{ event: "kube.request", code: "T3009I", response_code: 500 }, "failure", "500"],
    [{ event: "kube.request", code: "T3009I", response_code: 0 }, "unknown", null],
    [{ event: "port", code: "T3003E", success: false }, "failure", "T3003E"],
    [{ event: "port", code: "T3003S", success: true }, "success", "T3003S"],
    [{ event: "sftp", code: "TS001E" }, "failure", "TS001E"],
    [{ event: "scp", code: "T3004E", exitCode: "1" }, "failure", "1"],
    [{ event: "db.session.start", code: "TDB00W", success: false }, "failure", "TDB00W"],
    [{ event: "app.session.dynamodb.request", code: "T2013E", status_code: 403 }, "denied", "403"],
    [{ event: "ssm.run", code: "TDS00W", exit_code: 3 }, "failure", "3"],
    [{ event: "mcp.session.start", code: "TMCP001I", success: true }, "opened", "TMCP001I"],
    [{ event: "mcp.session.request", code: "TMCP003E", success: false }, "failure", "TMCP003E"],
    [{ event: "mcp.session.end", code: "TMCP002E", success: true }, "failure", "TMCP002E"],
    [{ event: "print" }, "unknown", null],
  ])("of %j is %s, code %s", (fields, status, code) => {
    expect(teleportEvent(fields).outcome).toMatchObject({ status, code });
  });

  it.each<readonly [object, string]>([
    [{ event: "exec", code: "T3002E", exitCode: "1", exitError: "exit status 1" }, "exit status 1"],
    [{ event: "user.login", code: "T1000W", error: "bad password" }, "bad password"],
    [{ event: "client.disconnect", code: "T3006I", reason: "lock in force" }, "lock in force"],
    [{ event: "session.rejected", code: "T1006W", reason: "too many", max: 1 }, "too many"],
  ])("of %j gives the reason that Teleport gives", (fields, reason) => {
    expect(teleportEvent(fields).outcome.reason).toBe(reason);
  });
});

describe("the action class of a Teleport event", () => {
  it.each<readonly [object, string]>([
    [{ event: "sftp", action: 1, flags: 26 }, "write"],
    [{ event: "sftp", action: 1, flags: 1 }, "read"],
    [{ event: "sftp", action: 4 }, "write"],
    [{ event: "sftp", action: 11 }, "delete"],
    [{ event: "sftp", action: 15 }, "read"],
    [{ event: "scp", action: "upload" }, "write"],
    [{ event: "scp", action: "download" }, "read"],
    [{ event: "kube.request", verb: "GET" }, "read"],
    [{ event: "kube.request", verb: "PATCH" }, "write"],
    [{ event: "kube.request", verb: "DELETE" }, "delete"],
    [{ event: "kube.request", verb: "BREW" }, "other"],
    [{ event: "desktop.clipboard.receive" }, "read"],
    [{ event: "desktop.directory.write" }, "write"],
    [{ event: "session.recording.access" }, "read"],
    [{ event: "access_request.create" }, "access"],
    [{ event: "cert.create" }, "authenticate"],
    [{ event: "lock.created" }, "administer"],
    [{ event: "role.updated" }, "administer"],
    [{ event: "session.data" }, "observe"],
    [{ event: "session.start" }, "session"],
    [{ event: "exec" }, "execute"],
  ])("of %j is %s", (fields, actionClass) => {
    expect(teleportEvent(fields).action.class).toBe(actionClass);
  });
});
