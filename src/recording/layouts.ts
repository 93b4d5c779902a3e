/**
 * What the messages of a session recording hold: the facts of Teleport's event definitions that a decoder needs, as field numbers,
 * types and the names that the same fields have in the JSON of the audit log. The blocks are version 18's, the events those that a
 * session recorder writes. Source: api/proto/teleport/legacy/types/events/events.proto of github.com/gravitational/teleport.
 *
 * A layout lists fields as `name=number:type`. Without a type it is a string; `[]` is a list; `!` is written to the log also where
 * it is empty. A block, whose name begins with a capital, has its fields on the level of the event (`Metadata=1`).
 */
export const BLOCKS: Readonly<Record<string, string>> = {
  Metadata: "ei=1:int64! event=2! uid=3 code=4 time=5:time! cluster_name=6",
  User:
    "user=1 login=2 impersonator=3 aws_role_arn=4 access_requests=5:[] azure_identity=6 " +
    "gcp_service_account=7 trusted_device=8:device required_private_key_policy=9 user_kind=10:int32 " +
    "bot_name=11 bot_instance_id=12 user_origin=13:int32 user_roles=14:[] user_cluster_name=16",
  Session: "sid=1! with_mfa=2 private_key_policy=3",
  Server:
    "namespace=1 server_id=2! server_hostname=3 server_addr=4 server_labels=5:map forwarded_by=6 " +
    "server_sub_kind=7 server_version=8",
  Connection: "addr.local=1 addr.remote=2 proto=3",
  KubernetesCluster:
    "kubernetes_cluster=1 kubernetes_users=2:[] kubernetes_groups=3:[] kubernetes_labels=4:map",
  KubernetesPod:
    "kubernetes_pod_name=1 kubernetes_pod_namespace=2 kubernetes_container_name=3 " +
    "kubernetes_container_image=4 kubernetes_node_name=5",
  Status: "success=1:bool! error=2 message=3",
  Command: "command=1! exitCode=2 exitError=3",
  Bpf: "pid=1:uint64! cgroup_id=2:uint64! program=3! audit_session_id=4:uint64",
  Application: "app_uri=1 app_public_addr=2 app_labels=3:map app_name=4",
  Aws: "aws_region=1 aws_service=2 aws_host=3 aws_assumed_role=4",
  Database:
    "db_service=1 db_protocol=2! db_uri=3! db_name=4 db_user=5 db_labels=6:map db_aws_region=7 " +
    "db_aws_redshift_cluster_id=8 db_gcp_project_id=9 db_gcp_instance_id=10 db_roles=11:[]",
};

/** Messages that stand in the JSON as objects of their own. */
export const OBJECTS: Readonly<Record<string, string>> = {
  device: "device_id=1! os_type=2:int32 asset_tag=3 credential_id=4",
};

const USUAL = "Metadata=1 User=2 Session=3 Server=4";
const OF_DATABASE = "Metadata=1 User=2 Session=3 Database=4";
const OF_DESKTOP = "Metadata=1 User=2 Session=3 Connection=4";
const DIRECTORY = "Status=5 desktop_addr=6! directory_name=7! directory_id=8:uint32!";
const FILE = "file_path=9! length=10:uint32! offset=11:uint64!";
const SEARCH =
  "path=5! raw_query=6! method=7! body=8:bytes! category=10:int32! target=11! query=12! status_code=13:uint32!";

/** Number in the record, type of the event in the log, layout. */
export const EVENTS: readonly (readonly [number, readonly string[], string])[] = [
  [
    5,
    ["session.start"],
    `${USUAL} Connection=5 size=6 KubernetesCluster=7 KubernetesPod=8 initial_command=9:[] session_recording=10 invited=12:[] reason=13`,
  ],
  [6, ["session.join"], `${USUAL} Connection=5 KubernetesCluster=6`],
  // The log never has it; the event handler adds `data` in base64.
  [7, ["print"], "Metadata=1 ci=2:int64! data=3:bytes bytes=4:int64! ms=5:int64! offset=6:int64!"],
  [8, ["session.rejected"], "Metadata=1 User=2 Server=3 Connection=4 reason=5! max=6:int64!"],
  [
    9,
    ["resize"],
    "Metadata=1 User=2 Session=3 Connection=4 Server=5 size=6 KubernetesCluster=7 KubernetesPod=8",
  ],
  [
    10,
    ["session.end"],
    "Metadata=1 User=2 Session=3 Connection=4 Server=5 enhanced_recording=6:bool! interactive=7:bool! participants=8:[]! " +
      "session_start=9:time! session_stop=10:time! KubernetesCluster=11 KubernetesPod=12 initial_command=13:[] session_recording=14",
  ],
  [
    11,
    ["session.command"],
    `${USUAL} Bpf=5 ppid=6:uint64! path=7! argv=8:[]! return_code=9:int32!`,
  ],
  [12, ["session.disk"], `${USUAL} Bpf=5 path=6! flags=7:int32! return_code=8:int32!`],
  [
    13,
    ["session.network"],
    `${USUAL} Bpf=5 src_addr=6! dst_addr=7! dst_port=8:int32! version=9:int32! operation=10:int32! action=11:int32!`,
  ],
  [14, ["session.data"], `${USUAL} Connection=5 tx=6:uint64! rx=7:uint64!`],
  [15, ["session.leave"], `${USUAL} Connection=5`],
  [16, ["port"], "Metadata=1 User=2 Connection=3 Status=4 addr=5!"],
  [17, ["x11-forward"], "Metadata=1 User=2 Connection=3 Status=4"],
  [18, ["scp"], "Metadata=1 User=2 Connection=3 Session=4 Server=5 Command=6 path=7! action=8!"],
  [
    19,
    ["exec"],
    "Metadata=1 User=2 Connection=3 Session=4 Server=5 Command=6 KubernetesCluster=7 KubernetesPod=8",
  ],
  [20, ["subsystem"], "Metadata=1 User=2 Connection=3 name=4! exitError=5!"],
  [21, ["client.disconnect"], "Metadata=1 User=2 Connection=3 Server=4 reason=5!"],
  [37, ["app.session.start"], `${USUAL} Connection=5 public_addr=7! Application=8`],
  [38, ["app.session.chunk"], `${USUAL} Connection=5 session_chunk_id=6! Application=7`],
  [
    39,
    ["app.session.request"],
    "Metadata=1 status_code=2:uint32! path=3! raw_query=4! method=5! Application=6 Aws=7",
  ],
  [40, ["db.session.start"], `${USUAL} Connection=5 Status=6 Database=7`],
  [41, ["db.session.end"], OF_DATABASE],
  [
    42,
    ["db.session.query", "db.session.query.failed"],
    `${OF_DATABASE} db_query=5! db_query_parameters=6:[] Status=7`,
  ],
  [43, ["session.upload"], "Metadata=1 Session=2 url=5!"],
  [
    59,
    ["windows.desktop.session.start"],
    `${OF_DESKTOP} Status=5 windows_desktop_service=6! desktop_addr=7! windows_domain=8! windows_user=9! desktop_labels=10:map! desktop_name=11!`,
  ],
  [
    60,
    ["windows.desktop.session.end"],
    "Metadata=1 User=2 Session=3 windows_desktop_service=4! desktop_addr=5! windows_domain=6! windows_user=7! desktop_labels=8:map! " +
      "session_start=9:time! session_stop=10:time! desktop_name=11! recorded=12:bool! participants=13:[]!",
  ],
  [61, ["db.session.postgres.statements.parse"], `${OF_DATABASE} statement_name=5! query=6!`],
  [
    62,
    ["db.session.postgres.statements.bind"],
    `${OF_DATABASE} statement_name=5! portal_name=6! parameters=7:[]!`,
  ],
  [63, ["db.session.postgres.statements.execute"], `${OF_DATABASE} portal_name=5!`],
  [64, ["db.session.postgres.statements.close"], `${OF_DATABASE} statement_name=5! portal_name=6!`],
  [
    65,
    ["db.session.postgres.function"],
    `${OF_DATABASE} function_oid=5:uint32! function_args=6:[]`,
  ],
  [67, ["session.connect"], "Metadata=1 Server=2 Connection=3"],
  [69, ["desktop.recording"], "Metadata=1 message=2:bytes! ms=3:int64! tdpb_message=4:bytes"],
  [70, ["desktop.clipboard.send"], `${OF_DESKTOP} desktop_addr=5! length=6:int32!`],
  [71, ["desktop.clipboard.receive"], `${OF_DESKTOP} desktop_addr=5! length=6:int32!`],
  [72, ["db.session.mysql.statements.prepare"], `${OF_DATABASE} query=5!`],
  [
    73,
    ["db.session.mysql.statements.execute"],
    `${OF_DATABASE} statement_id=5:uint32! parameters=6:[]!`,
  ],
  [
    74,
    ["db.session.mysql.statements.send_long_data"],
    `${OF_DATABASE} statement_id=5:uint32! parameter_id=6:uint32! data_size=7:uint32!`,
  ],
  [75, ["db.session.mysql.statements.close"], `${OF_DATABASE} statement_id=5:uint32!`],
  [76, ["db.session.mysql.statements.reset"], `${OF_DATABASE} statement_id=5:uint32!`],
  [
    77,
    ["db.session.mysql.statements.fetch"],
    `${OF_DATABASE} statement_id=5:uint32! rows_count=6:uint32!`,
  ],
  [
    78,
    ["db.session.mysql.statements.bulk_execute"],
    `${OF_DATABASE} statement_id=5:uint32! parameters=6:[]!`,
  ],
  [81, ["db.session.mysql.init_db"], `${OF_DATABASE} schema_name=5!`],
  [82, ["db.session.mysql.create_db"], `${OF_DATABASE} schema_name=5!`],
  [83, ["db.session.mysql.drop_db"], `${OF_DATABASE} schema_name=5!`],
  [84, ["db.session.mysql.shut_down"], OF_DATABASE],
  [85, ["db.session.mysql.process_kill"], `${OF_DATABASE} process_id=5:uint32!`],
  [86, ["db.session.mysql.debug"], OF_DATABASE],
  [87, ["db.session.mysql.refresh"], `${OF_DATABASE} subcommand=5!`],
  [89, ["db.session.sqlserver.rpc_request"], `${OF_DATABASE} proc_name=5 parameters=6:[]`],
  [90, ["db.session.malformed_packet"], `${OF_DATABASE} payload=5:bytes`],
  [
    91,
    ["sftp"],
    "Metadata=1 User=2 Connection=3 Session=4 Server=5 working_directory=6! path=7! target_path=8 flags=9:uint32 action=11:int32! error=12",
  ],
  [93, ["app.session.end"], `${USUAL} Connection=5 Application=6`],
  [100, ["db.session.elasticsearch.request"], `${OF_DATABASE} ${SEARCH}`],
  [102, ["db.session.cassandra.prepare"], `${OF_DATABASE} query=5 keyspace=6`],
  [103, ["db.session.cassandra.register"], `${OF_DATABASE} event_types=5:[]`],
  [104, ["db.session.cassandra.execute"], `${OF_DATABASE} query_id=5`],
  [
    105,
    ["app.session.dynamodb.request"],
    "Metadata=1 User=2 Application=3 Aws=4 session_chunk_id=5! status_code=6:uint32! path=7! raw_query=8! method=9! target=10!",
  ],
  [106, ["desktop.directory.share"], `${OF_DESKTOP} ${DIRECTORY}`],
  [107, ["desktop.directory.read"], `${OF_DESKTOP} ${DIRECTORY} ${FILE}`],
  [108, ["desktop.directory.write"], `${OF_DESKTOP} ${DIRECTORY} ${FILE}`],
  [
    109,
    ["db.session.dynamodb.request"],
    `${OF_DATABASE} status_code=5:uint32! path=6! raw_query=7! method=8! target=9!`,
  ],
  [120, ["db.session.opensearch.request"], `${OF_DATABASE} ${SEARCH}`],
];
