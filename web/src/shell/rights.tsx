import { createContext, useContext, type ReactNode } from 'react';
import type { Me } from '../api/session.ts';

const SignedIn = createContext<Me | undefined>(undefined);

/** Lets everything below know who is signed in. */
export function SignedInAs({ me, children }: { readonly me: Me; readonly children: ReactNode }): ReactNode {
  return <SignedIn value={me}>{children}</SignedIn>;
}

/** Who is signed in. Only below `SignedInAs`. */
export function useSignedIn(): Me {
  const me = useContext(SignedIn);
  if (me === undefined) throw new Error('nobody is signed in here');
  return me;
}

/** Whether the person may do something, by the scope that the API asks for: what is not shown cannot fail. */
export function useMay(scope: string): boolean {
  return useSignedIn().rights.includes(scope);
}

/** Shows its children to those who may use them. */
export function IfMay({
  scope,
  children,
}: {
  readonly scope: string;
  readonly children: ReactNode;
}): ReactNode {
  return useMay(scope) ? children : null;
}
