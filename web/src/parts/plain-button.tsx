import type { ComponentProps, ReactNode } from 'react';
import classes from './plain-button.module.css';

/** A button that looks like what is in it. A plain element: there is one in every row of the long lists. */
export function PlainButton({ className = '', ...props }: ComponentProps<'button'>): ReactNode {
  return <button type="button" {...props} className={`${classes['button']} ${className}`} />;
}
