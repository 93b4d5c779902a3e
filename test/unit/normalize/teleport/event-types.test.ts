import { describe, expect, it } from "vitest";
import { teleportEvent } from "../records.ts";

/** Event types that matter for support access, and what is said to be done. */
const TYPES: Readonly<Record<string, string>> = {
  "access_request.create access_request.review access_request.update access_request.delete":
    "access",
  "access_request.expire access_request.search": "access",
  "cert.create": "authenticate",
  "user.login auth bot.join instance.join": "authenticate",
  "session.start session.join session.leave session.end session.rejected session.connect":
    "session",
  "session.data session.upload session.summarized print resize x11-forward": "",
  "agent-forward client.disconnect session.recording.access": "",
  "session.command exec subsystem": "execute",
  "session.disk session.network session.process_exit": "observe",
  "scp sftp sftp_summary port kube.request": "",
  "kube.create kube.update kube.delete role.created role.updated role.deleted": "",
  "user.create user.update user.delete lock.created lock.deleted": "",
  "access_list.create access_list.update access_list.delete access_list.review": "",
  "access_list.member.create access_list.member.update access_list.member.delete": "",
  "access_list.member.delete_all_members": "",
  "db.session.start db.session.end db.session.query": "",
  "app.session.start app.session.end app.session.chunk app.session.request": "",
  "windows.desktop.session.start windows.desktop.session.end desktop.recording": "",
  "mcp.session.start mcp.session.end mcp.session.listen_sse_stream": "session",
  "mcp.session.request mcp.session.notification mcp.session.invalid_http_request": "execute",
};

const all = Object.entries(TYPES).flatMap(([types, done]) =>
  types.split(" ").map((type) => [type, done] as const),
);

describe("an event type that matters for support access", () => {
  it.each(all)("%s has a normalization of its own", (event, done) => {
    const { labels, action } = teleportEvent({ event, uid: "u-1", app_name: "tools" });
    expect(labels["schema"]).toBeUndefined();
    expect(action.name).not.toBe("");
    if (done !== "") expect(action.class).toBe(done);
  });

  it("one of a newer Teleport travels all the same", () => {
    const event = teleportEvent({
      event: "mcp.session.dream",
      uid: "u-1",
      user: "nora@vendor.example",
    });
    expect(event).toMatchObject({
      labels: { schema: "unknown" },
      actor: { name: "nora@vendor.example" },
      action: { name: "mcp.session.dream" },
    });
    expect(event.original?.bytes.length).toBeGreaterThan(0);
  });
});
