import { at, because, type Rows } from "./row.ts";

/** What is sent to: the HTTP sources, and the servers that they stand on. */
export const RECEIVED: Rows = {
  "src/collect/http/body-head.ts": {
    HEAD_BYTES: at(
      "unit/collect/http/body.test.ts",
      "is known again by its first 4,096 bytes",
      "4_096",
    ),
  },
  "src/collect/http/limits.ts": {
    acceptsMax: at(
      "unit/collect/http/hand-in.test.ts",
      "go one by one while few are under way",
      "4",
    ),
    recordsMax: at(
      "unit/collect/http/hand-in.test.ts",
      "go together up to the limit of %s",
      "2_000",
    ),
    recordBytesMax: at(
      "unit/collect/http/hand-in.test.ts",
      "go together up to the limit of %s",
      "4_194_304",
    ),
    gatherBytesMax: at(
      "unit/collect/http/exchange.test.ts",
      "bounded number of records at once",
      "262_144",
    ),
    recordsInFlightMax: at(
      "unit/collect/http/exchange.test.ts",
      "as many records as may be",
      "16_000",
    ),
    cutBytesMax: at("unit/collect/http/receive.test.ts", "cutBytesMax becomes records", "16_384"),
    countedTimesMax: at("unit/collect/http/body-limits.test.ts", "compressed or not", "16"),
    stopMsMax: at(
      "unit/collect/http/served-limits.test.ts",
      "up to stopMsMax, and no longer",
      "3_000",
    ),
    listenMsMin: at("unit/collect/http/served-limits.test.ts", "double up to listenMsMax", "1_000"),
    listenMsMax: at(
      "unit/collect/http/served-limits.test.ts",
      "double up to listenMsMax",
      "30_000",
    ),
    gapsMax: at("unit/collect/http/served-limits.test.ts", "no more than gapsMax losses", "1_000"),
  },
  "src/collect/kubernetes-audit/completeness/received.ts": {
    SECONDS_MAX: at(
      "unit/collect/kubernetes-audit/received.test.ts",
      "seconds of at most 10",
      "20_000",
    ),
  },
  "src/collect/kubernetes-audit/completeness/tally.ts": {
    BODIES_MAX: at("unit/collect/kubernetes-audit/tally.test.ts", "no more than 19,999 others"),
    TIME_LENGTH_MAX: because(
      "above the 35 characters of the longest time: what is longer is none either way",
    ),
  },
  "src/collect/kubernetes-audit/completeness/watch.ts": {
    TIMEOUT_MS_MAX: at("unit/collect/kubernetes-audit/answer-time.test.ts", "ten seconds at most"),
    answerBytesMax: at(
      "unit/collect/kubernetes-audit/answer-size.test.ts",
      "the limit of an answer",
      "256 * 1024 * 1024",
    ),
  },
  "src/collect/kubernetes-audit/envelope.ts": {
    ENVELOPE_BYTES_MAX: at(
      "unit/collect/kubernetes-audit/list-items.test.ts",
      "is looked at up to a mebibyte",
    ),
  },
  "src/collect/kubernetes-audit/list-items.ts": {
    HEAD_BYTES: at("unit/collect/kubernetes-audit/list-items.test.ts", "whole up to 4,096 bytes"),
  },
  "src/platform/http/get-lines.ts": {
    LINE_BYTES_MAX: at("unit/platform/get-lines.test.ts", "leaves out a line that is %s its limit"),
  },
  "src/platform/http/limits.ts": {
    handshakeMsMax: at("unit/platform/http-limits.test.ts", "may take handshakeMsMax", "10_000"),
    headersMsMax: at(
      "unit/platform/http-servers.test.ts",
      "sends its headers too slowly",
      "10_000",
    ),
    requestMsMax: at("unit/platform/http-servers.test.ts", "sends its body too slowly", "60_000"),
    keepAliveMsMax: at(
      "unit/platform/http-limits.test.ts",
      "is ended after keepAliveMsMax",
      "120_000",
    ),
    headerBytesMax: at(
      "unit/platform/http-servers.test.ts",
      "takes headers %s their limit",
      "16_384",
    ),
    headersMax: at(
      "unit/platform/http-servers.test.ts",
      "with 64 headers, and refuses one with 65",
      "64",
    ),
    connectionsMax: at(
      "unit/platform/http-servers.test.ts",
      "takes as many connections as it may",
      "1_024",
    ),
    drainBytesMax: at(
      "unit/platform/http-servers.test.ts",
      "takes in no more of it than it may",
      "67_108_864",
    ),
    closeMsMax: at("unit/platform/http-limits.test.ts", "is given up at closeMsMax", "2_000"),
  },
};
