import type { FuzzTarget } from '../target.ts';
import { answers } from './answers.ts';
import { envelope } from './envelope.ts';
import { headers } from './headers.ts';
import { httpResponses } from './http-responses.ts';
import { ledger } from './ledger.ts';
import { listener } from './listener.ts';
import { plainAnswers } from './plain-answers.ts';
import { plainPosts } from './plain-posts.ts';
import { policy } from './policy.ts';
import { schemas } from './schemas.ts';
import { sealed } from './sealed.ts';
import { sse } from './sse.ts';
import { stdioFront } from './stdio-front.ts';
import { stdioLines } from './stdio-lines.ts';
import { strictJson } from './strict-json.ts';

/** Everything that is fuzzed, from pure readers to the whole gateway. */
export const TARGETS: readonly FuzzTarget[] = [
  strictJson,
  envelope,
  headers,
  sealed,
  sse,
  httpResponses,
  ledger,
  policy,
  schemas,
  answers,
  plainAnswers,
  plainPosts,
  stdioLines,
  stdioFront,
  listener,
];
