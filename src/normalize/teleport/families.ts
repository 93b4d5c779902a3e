import { accessRequest } from "./access-request.ts";
import { applicationChange, applicationRequest, applicationStart } from "./application.ts";
import { authAttempt, deviceLogin, identityProvider, join, login } from "./authentication.ts";
import { certificate } from "./certificate.ts";
import { exec, portForward, sessionCommand, ssmRun, subsystem, systemCall } from "./command.ts";
import { databaseEnd, databaseQuery, databaseStart } from "./database.ts";
import { desktopChange, desktopStart } from "./desktop.ts";
import { scp, sftp, sftpSummary } from "./file-transfer.ts";
import { kubeRequest } from "./kube-request.ts";
import { lock } from "./lock.ts";
import type { Family } from "./meaning.ts";
import { resource } from "./resource.ts";
import {
  clientDisconnect,
  recordingAccess,
  sessionChange,
  sessionObserved,
  sessionRejected,
  sessionStart,
} from "./session.ts";

/** How an event type is read; null for a type without a normalization of its own, whose events are labelled `schema: unknown`. */
export function familyOf(eventType: string): Family | null {
  return FAMILIES.get(eventType) ?? null;
}

const TYPES: readonly (readonly [Family, readonly string[]])[] = [
  [kubeRequest, ["kube.request"]],
  [sessionStart, ["session.start", "session.connect"]],
  [sessionChange, ["session.join", "session.leave", "session.end", "resize", "x11-forward"]],
  [sessionChange, ["agent-forward"]],
  [sessionRejected, ["session.rejected"]],
  [clientDisconnect, ["client.disconnect"]],
  [sessionObserved, ["session.data", "session.upload", "session.summarized"]],
  [sessionObserved, ["print", "desktop.recording"]],
  [recordingAccess, ["session.recording.access"]],
  [exec, ["exec"]],
  [sessionCommand, ["session.command"]],
  [systemCall, ["session.disk", "session.network", "session.process_exit"]],
  [subsystem, ["subsystem"]],
  [portForward, ["port"]],
  [ssmRun, ["ssm.run"]],
  [sftp, ["sftp"]],
  [sftpSummary, ["sftp_summary"]],
  [scp, ["scp"]],
  [
    accessRequest,
    ["create", "review", "update", "delete", "expire", "search"].map((x) => `access_request.${x}`),
  ],
  [certificate, ["cert.create"]],
  [lock, ["lock.created", "lock.deleted"]],
  [login, ["user.login"]],
  [authAttempt, ["auth"]],
  [join, ["bot.join", "instance.join"]],
  [identityProvider, ["saml.idp.auth"]],
  [deviceLogin, ["device.authenticate", "recovery_code.used"]],
  [databaseStart, ["db.session.start"]],
  [databaseEnd, ["db.session.end"]],
  [databaseQuery, databaseQueries()],
  [applicationStart, ["app.session.start"]],
  [applicationChange, ["app.session.chunk", "app.session.end"]],
  [applicationRequest, ["app.session.request", "app.session.dynamodb.request"]],
  [applicationStart, ["mcp.session.start"]],
  [applicationChange, ["mcp.session.end", "mcp.session.listen_sse_stream"]],
  [
    applicationRequest,
    ["request", "notification", "invalid_http_request"].map((x) => `mcp.session.${x}`),
  ],
  [desktopStart, ["windows.desktop.session.start"]],
  [desktopChange("session"), ["windows.desktop.session.end", "desktop.directory.share"]],
  [desktopChange("read"), ["desktop.clipboard.receive", "desktop.directory.read"]],
  [desktopChange("write"), ["desktop.clipboard.send", "desktop.directory.write"]],
  [resource("role"), ["role.created", "role.updated", "role.deleted"]],
  [resource("user"), ["user.create", "user.update", "user.delete", "user.password_change"]],
  [resource("user_token"), ["reset_password_token.create", "recovery_token.create"]],
  [resource("user_token"), ["privilege_token.create", "recovery_code.generated"]],
  [resource("trusted_cluster"), ["trusted_cluster.create", "trusted_cluster.delete"]],
  [resource("trusted_cluster"), ["trusted_cluster_token.create"]],
  [resource("github"), ["github.created", "github.updated", "github.deleted"]],
  [resource("oidc"), ["oidc.created", "oidc.updated", "oidc.deleted"]],
  [resource("saml"), ["saml.created", "saml.updated", "saml.deleted"]],
  [resource("kube_cluster"), ["kube.create", "kube.update", "kube.delete"]],
  [resource("app"), ["app.create", "app.update", "app.delete"]],
  [resource("db"), ["db.create", "db.update", "db.delete"]],
  [resource("mfa_device"), ["mfa.add", "mfa.delete"]],
  [resource("device"), ["device", "device.create", "device.update", "device.delete"]],
  [resource("device"), ["device.enroll", "device.token.create", "device.token.spent"]],
  [resource("access_list"), accessListChanges()],
  [resource("login_rule"), ["login_rule.create", "login_rule.delete"]],
  [
    resource("saml_idp_service_provider"),
    ["create", "update", "delete", "delete_all"].map((x) => `saml.idp.service.provider.${x}`),
  ],
  [resource("okta_assignment"), ["okta.assignment.process", "okta.assignment.cleanup"]],
  [resource("okta"), ["okta.applications.update", "okta.groups.update", "okta.sync.failure"]],
  [resource("user_task"), ["user_task.create", "user_task.update", "user_task.delete"]],
  [resource("cluster"), ["upgradewindowstart.update", "billing.update_info"]],
  [resource("billing_card"), ["create", "update", "delete"].map((x) => `billing.${x}_card`)],
];

const FAMILIES: ReadonlyMap<string, Family> = new Map(
  TYPES.flatMap(([family, types]) => types.map((type) => [type, family] as const)),
);

function accessListChanges(): readonly string[] {
  const list = ["create", "update", "delete", "review"].map((x) => `access_list.${x}`);
  const members = ["create", "update", "delete", "delete_all_members"];
  return [...list, ...members.map((x) => `access_list.member.${x}`)];
}

/** Statements and requests of the database protocols that Teleport speaks. */
function databaseQueries(): readonly string[] {
  const byProtocol: Readonly<Record<string, readonly string[]>> = {
    cassandra: ["batch", "execute", "prepare", "register"],
    dynamodb: ["request"],
    elasticsearch: ["request"],
    mysql: "create_db debug drop_db init_db process_kill refresh shut_down".split(" "),
    "mysql.statements": "bulk_execute close execute fetch prepare reset send_long_data".split(" "),
    opensearch: ["request"],
    postgres: ["function"],
    "postgres.statements": ["bind", "close", "execute", "parse"],
    sqlserver: ["rpc_request"],
  };
  const types = Object.entries(byProtocol).flatMap(([protocol, requests]) =>
    requests.map((request) => `db.session.${protocol}.${request}`),
  );
  return ["db.session.query", "db.session.query.failed", "db.session.malformed_packet", ...types];
}
