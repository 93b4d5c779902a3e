import { describe, expect, it } from "vitest";
import { teleportEvent } from "../records.ts";

const SID = "7d1f0c4e-3a52-4e0b-9c5a-000000000008";

describe("the stream of a Teleport event (verdicts §8)", () => {
  it.each([
    ["session.start", SID, "logs-session-teleport"],
    ["session.rejected", "", "logs-session-teleport"],
    ["session.upload", SID, "logs-session-teleport"],
    ["exec", "", "logs-session-teleport"],
    ["scp", "", "logs-session-teleport"],
    ["sftp", "", "logs-session-teleport"],
    ["port", "", "logs-session-teleport"],
    ["resize", SID, "logs-session-teleport"],
    ["print", SID, "logs-session-teleport"],
    ["x11-forward", "", "logs-session-teleport"],
    ["subsystem", "", "logs-session-teleport"],
    ["db.session.query", SID, "logs-session-teleport"],
    ["client.disconnect", SID, "logs-session-teleport"],
    ["client.disconnect", "", "logs-audit-teleport"],
    ["kube.request", "", "logs-audit-teleport"],
    ["user.login", "", "logs-audit-teleport"],
    ["cert.create", "", "logs-audit-teleport"],
    ["lock.created", "", "logs-audit-teleport"],
    ["auth", "", "logs-audit-teleport"],
    ["type.of.tomorrow", "", "logs-audit-teleport"],
    ["type.of.tomorrow", SID, "logs-session-teleport"],
    ["access_request.create", "", "logs-grants"],
    ["access_request.search", "", "logs-grants"],
    ["access_request.of_tomorrow", "", "logs-grants"],
  ])("of %s with session id %j is %s", (event, sid, stream) => {
    expect(teleportEvent({ event, sid }).labels["stream"]).toBe(stream);
  });

  it("has a session only where the id is not empty", () => {
    expect(teleportEvent({ event: "kube.request", sid: "" }).session).toBeNull();
    expect(teleportEvent({ event: "exec", sid: SID, proto: "kube" }).session).toEqual({
      id: SID,
      kind: "kubernetes",
    });
  });
});
