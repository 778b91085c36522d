import { useId, type CSSProperties, type ReactNode } from 'react';
import classes from './segmented-control.module.css';

interface SegmentedControlProps<V extends string> {
  readonly data: readonly { readonly value: V; readonly label: string }[];
  /** Empty where nothing is chosen. */
  readonly value: V | '';
  readonly onChange: (value: V) => void;
  readonly size?: 'xs' | 'sm';
  readonly disabled?: boolean | undefined;
  readonly readOnly?: boolean | undefined;
  readonly title?: string | undefined;
  readonly style?: CSSProperties;
  readonly 'aria-label'?: string;
  readonly 'aria-labelledby'?: string;
}

/**
 * One of a few, side by side. Plain radio buttons: the library's own control measures every segment and is drawn three times, which a list
 * with one in each row cannot afford.
 */
export function SegmentedControl<V extends string>({
  data,
  value: chosen,
  onChange,
  size = 'sm',
  disabled,
  readOnly,
  ...others
}: SegmentedControlProps<V>): ReactNode {
  const name = useId();
  return (
    <div
      {...others}
      role="radiogroup"
      aria-readonly={readOnly === true}
      className={classes['segments']}
      data-size={size}
    >
      {data.map(({ value, label }) => (
        <label key={value} className={classes['segment']}>
          <input
            type="radio"
            name={name}
            value={value}
            checked={value === chosen}
            disabled={disabled}
            onChange={() => readOnly !== true && onChange(value)}
          />
          <span>{label}</span>
        </label>
      ))}
    </div>
  );
}
