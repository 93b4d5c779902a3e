import { EVENT_ID_HEADER } from "../../../src/forward/kafka/message.ts";
import { Secret } from "../../../src/model/secret.ts";
import { freePort } from "../../support/containers/port.ts";
import { aKafkaSink } from "../../unit/forward/kafka/a-kafka-sink.ts";
import {
  createKafkaDestination,
  type KafkaDestination,
  type ProduceAnswer,
  type SentBatch,
} from "../../unit/forward/kafka/kafka-destination.ts";
import type { SinkBench } from "./bench.ts";
import { sinkContract } from "./suite.ts";

/** Codes of https://kafka.apache.org/protocol#protocol_error_codes. */
const CODE = {
  none: 0,
  unknownServerError: -1,
  unknownTopic: 3,
  messageTooLarge: 10,
  topicAuthorizationFailed: 29,
  storageError: 56,
  saslAuthenticationFailed: 58,
  invalidRecord: 87,
} as const;

function idsOf(batch: SentBatch): readonly string[] {
  return batch.records.map(({ headers }) => headers[EVENT_ID_HEADER] ?? "without an id");
}

/** With a topic of one partition, since order is a partition's. */
async function setUp(): Promise<SinkBench> {
  const port = await freePort();
  const taken: string[] = [];
  const armed: ProduceAnswer[] = [];
  const codes = { topic: 0, login: 0 };
  let rule: (ids: readonly string[]) => number = () => CODE.none;

  function onProduce(batch: SentBatch): ProduceAnswer {
    const ids = idsOf(batch);
    const answer = armed.shift() ?? { errorCode: rule(ids) };
    if ("errorCode" in answer && answer.errorCode === CODE.none) taken.push(...ids);
    return answer;
  }

  function start(): Promise<KafkaDestination> {
    return createKafkaDestination({
      port,
      topic: "support-access",
      partitionCount: 1,
      onProduce,
      topicErrorCode: () => codes.topic,
      loginErrorCode: () => codes.login,
    });
  }

  let destination: KafkaDestination | null = await start();
  const { sink } = aKafkaSink({
    bootstrapEndpoints: [`127.0.0.1:${port}`],
    topic: "support-access",
    sasl: { mechanism: "PLAIN", username: "ada", password: new Secret("analytical-engine") },
    timeoutMs: 1_500,
  });
  const once = (answer: ProduceAnswer) => (): void => void armed.push(answer);
  return {
    sink,
    received: () => Promise.resolve(taken),
    faults: {
      resetBeforeHeaders: once({ cut: "before" }),
      resetAfterHeaders: once({ cut: "within" }),
      tooLarge: once({ errorCode: CODE.messageTooLarge }),
      unauthenticated: () => void (codes.login = CODE.saslAuthenticationFailed),
      forbidden: once({ errorCode: CODE.topicAuthorizationFailed }),
      missing: () => void (codes.topic = CODE.unknownTopic),
      serverError: once({ errorCode: CODE.unknownServerError }),
      refused: once({ errorCode: CODE.invalidRecord }),
      noAnswer: once({ isSilent: true }),
      unreachable: async () => {
        await destination?.close();
        destination = null;
      },
      full: once({ errorCode: CODE.storageError }),
    },
    mend: async () => {
      armed.length = 0;
      Object.assign(codes, { topic: 0, login: 0 });
      rule = () => CODE.none;
      destination ??= await start();
    },
    rules: {
      refuse: (bad) => {
        rule = (ids) => (ids.some((id) => bad.includes(id)) ? CODE.invalidRecord : CODE.none);
      },
      tooLarge: (bad) => {
        rule = (ids) => (ids.some((id) => bad.includes(id)) ? CODE.messageTooLarge : CODE.none);
      },
      entriesMax: (count) => {
        rule = (ids) => (ids.length > count ? CODE.messageTooLarge : CODE.none);
      },
    },
    close: async () => {
      await destination?.close();
    },
  };
}

sinkContract("the Kafka sink", setUp, {
  has: [
    "resetBeforeHeaders",
    "resetAfterHeaders",
    "tooLarge",
    "unauthenticated",
    "forbidden",
    "missing",
    "serverError",
    "refused",
    "noAnswer",
    "unreachable",
    "full",
  ],
  // Kafka takes a request of a partition as a whole or not at all, answers in no other protocol, and slows down without refusing.
  hasNot: [
    "partialWithCount",
    "partialWithZero",
    "htmlWith200",
    "emptyWith204",
    "throttledSeconds",
    "throttledDate",
    "wrongMethod",
    "moved",
  ],
});
