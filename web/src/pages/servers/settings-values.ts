import {
  LIMIT_NAMES,
  METHOD_FAMILIES,
  type GovernedServer,
  type LimitName,
  type MethodFamily,
  type ServerSettings,
} from '../../api/servers.ts';

/** The settings as they are typed; an empty number is "as usual". */
export interface SettingsValues {
  readonly name: string;
  readonly onChange: string;
  readonly lifeMinutes: number | string;
  readonly holdOpenSeconds: number | string;
  readonly elicitation: boolean;
  readonly methods: Readonly<Record<MethodFamily, boolean>>;
  readonly limits: Readonly<Record<LimitName, number | string>>;
  readonly captures: boolean;
  readonly captureDays: number | string;
}

export const USUAL_LIFE_MINUTES = 15;
const USUAL_CAPTURE_DAYS = 7;
const MS_OF_MINUTE = 60_000;
const BYTES_OF_MIB = 1_048_576;

/** How a limit is typed: seconds and mebibytes instead of milliseconds and bytes. */
export const LIMITS: Readonly<
  Record<
    LimitName,
    {
      readonly label: string;
      readonly about: string;
      readonly usual: number;
      readonly unit: string;
      readonly factor: number;
      readonly min: number;
      readonly max: number;
    }
  >
> = {
  connectMs: {
    label: 'Reach the server',
    about: 'Time to connect',
    usual: 5,
    unit: 's',
    factor: 1_000,
    min: 0.001,
    max: 86_400,
  },
  firstByteMs: {
    label: 'First answer',
    about: 'Until the server begins to answer',
    usual: 60,
    unit: 's',
    factor: 1_000,
    min: 0.001,
    max: 86_400,
  },
  callMs: {
    label: 'Whole call',
    about: 'For one call from end to end',
    usual: 60,
    unit: 's',
    factor: 1_000,
    min: 0.001,
    max: 86_400,
  },
  startMs: {
    label: 'Start',
    about: 'For a command or an event stream to start',
    usual: 15,
    unit: 's',
    factor: 1_000,
    min: 0.001,
    max: 86_400,
  },
  concurrentCalls: {
    label: 'Calls at once',
    about: 'Under way at the same time',
    usual: 256,
    unit: '',
    factor: 1,
    min: 1,
    max: 100_000,
  },
  openStreams: {
    label: 'Open streams',
    about: 'That agents keep open at once',
    usual: 1_024,
    unit: '',
    factor: 1,
    min: 1,
    max: 100_000,
  },
  breakAfter: {
    label: 'Failures in a row',
    about: 'After which it is left alone for a while; 0 for never',
    usual: 5,
    unit: '',
    factor: 1,
    min: 0,
    max: 1_000,
  },
  answerBytes: {
    label: 'Largest answer',
    about: 'Larger ones are refused',
    usual: 16,
    unit: 'MiB',
    factor: BYTES_OF_MIB,
    min: 0.001,
    max: 1_024,
  },
};

/** What the form begins with. */
export function settingsValues({ name, onChange, settings }: GovernedServer): SettingsValues {
  const { approvals = {}, methods = {}, limits = {}, capture } = settings;
  const { lifeMs, holdOpenMs = 0, elicitation = true } = approvals;
  return {
    name,
    onChange,
    lifeMinutes: lifeMs === undefined ? USUAL_LIFE_MINUTES : lifeMs / MS_OF_MINUTE,
    holdOpenSeconds: holdOpenMs / 1_000,
    elicitation,
    methods: recordOf(METHOD_FAMILIES, (family) => methods[family] ?? family !== 'tasks'),
    limits: recordOf(LIMIT_NAMES, (limit) => {
      const value = limits[limit];
      return value === undefined ? '' : value / LIMITS[limit].factor;
    }),
    captures: capture !== undefined,
    captureDays: capture?.days ?? USUAL_CAPTURE_DAYS,
  };
}

/** The settings as the API takes them: what is as usual is left out, so that it follows what is usual later. */
export function settingsOf(values: SettingsValues, before: ServerSettings): ServerSettings {
  const methods = METHOD_FAMILIES.flatMap((family) => {
    const isOn = values.methods[family];
    const isUsual = isOn === (family !== 'tasks');
    return isUsual && before.methods?.[family] === undefined ? [] : [[family, isOn] as const];
  });
  const limits = LIMIT_NAMES.flatMap((limit) => {
    const typed = values.limits[limit];
    return typed === '' ? [] : [[limit, Math.round(Number(typed) * LIMITS[limit].factor)] as const];
  });
  return {
    ...(methods.length > 0 && { methods: Object.fromEntries(methods) }),
    ...(limits.length > 0 && { limits: Object.fromEntries(limits) }),
    ...(isApprovalsUsual(values) && before.approvals === undefined
      ? {}
      : {
          approvals: {
            lifeMs: Math.round(Number(values.lifeMinutes) * MS_OF_MINUTE),
            holdOpenMs: Math.round(Number(values.holdOpenSeconds) * 1_000),
            elicitation: values.elicitation,
          },
        }),
    ...(values.captures && { capture: { days: Number(values.captureDays) } }),
  };
}

function isApprovalsUsual({ lifeMinutes, holdOpenSeconds, elicitation }: SettingsValues): boolean {
  return Number(lifeMinutes) === USUAL_LIFE_MINUTES && Number(holdOpenSeconds) === 0 && elicitation;
}

/** Faults of the API, by the fields of the form. */
export function settingsFaults(
  errors: readonly { readonly pointer?: string; readonly message: string }[],
): Readonly<Record<string, string>> {
  const faults: Record<string, string> = {};
  for (const { pointer = '', message } of errors) {
    const field = FIELD_OF[pointer] ?? pointer.replace(/^\/settings\//, '').replaceAll('/', '.');
    if (field.replace(/^\//, '') !== '') faults[field.replace(/^\./, '').replace(/^\//, '')] ??= message;
  }
  return faults;
}

const FIELD_OF: Readonly<Record<string, string>> = {
  '/settings/approvals/lifeMs': 'lifeMinutes',
  '/settings/approvals/holdOpenMs': 'holdOpenSeconds',
  '/settings/capture/days': 'captureDays',
};

function recordOf<K extends string, V>(keys: readonly K[], valueOf: (key: K) => V): Readonly<Record<K, V>> {
  return Object.fromEntries(keys.map((key) => [key, valueOf(key)])) as Readonly<Record<K, V>>;
}
