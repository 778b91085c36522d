import { createContext, useContext } from 'react';
import type { CompiledPolicy, KnownTool, LintFinding, PolicyDocument } from '#policy';
import type { PolicyName, PolicyTool } from '../../api/policies.ts';
import type { Reading } from '../../builder/model.ts';
import type { Place } from '../../builder/place.ts';

/** A change of the text by a form: from the text and what it says to the next text. */
export type Change = (text: string, document: PolicyDocument) => string;

/** All that the parts of the builder share. */
export interface Workbench {
  readonly name: PolicyName;
  readonly text: string;
  readonly reading: Reading;
  /** What the text said when it last was a policy. */
  readonly document: PolicyDocument;
  readonly policy: CompiledPolicy;
  /** The policy in force; undefined while nothing is published. */
  readonly inForce: CompiledPolicy | undefined;
  readonly tools: readonly PolicyTool[];
  /** Whether the server has said which tools it has. */
  readonly hasTools: boolean;
  readonly toolOf: ReadonlyMap<string, PolicyTool>;
  readonly known: ReadonlyMap<string, KnownTool>;
  readonly findings: readonly LintFinding[];
  /** Whether the person may change something here: controls are shown to them only. */
  readonly mayEdit: boolean;
  /** Whether forms can change the text now: it must be a policy. */
  readonly canEdit: boolean;
  /** Changes the text. Gives what is wrong with the result, and changes nothing then. */
  readonly edit: (change: Change) => string | undefined;
  /** Shows a place in the text. */
  readonly show: (place: Place) => void;
}

export const WorkbenchContext = createContext<Workbench | undefined>(undefined);

/** What the parts of the builder share. Only below the builder. */
export function useWorkbench(): Workbench {
  const workbench = useContext(WorkbenchContext);
  if (workbench === undefined) throw new Error('no policy is open here');
  return workbench;
}
