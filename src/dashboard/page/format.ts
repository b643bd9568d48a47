// How times and numbers are written for people.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const FINE_CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const DAY = new Intl.DateTimeFormat(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
const DATE = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY_LONG = 24 * HOUR;

/** A time of day, with the day where it is not today. */
export function clock(time: number, now: number): string {
  if (new Date(time).toDateString() === new Date(now).toDateString()) return CLOCK.format(time);
  return (Math.abs(time - now) < 6 * DAY_LONG ? DAY : DATE).format(time);
}

/** A time of day, as finely as the time that is looked at asks for. */
export function tick(time: number, step: number): string {
  if (step < MINUTE) return FINE_CLOCK.format(time);
  return (step < DAY_LONG ? CLOCK : DATE).format(time);
}

/** `< 0.1 s`, `4.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / SECOND;
  if (seconds > 0 && seconds < 0.05) return '< 0.1 s';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const [unit, small, words, smallWords] =
    milliseconds < HOUR - 500
      ? ([MINUTE, SECOND, 'min', 's'] as const)
      : milliseconds < DAY_LONG
        ? ([HOUR, MINUTE, 'h', 'min'] as const)
        : ([DAY_LONG, HOUR, 'd', 'h'] as const);
  const whole = Math.round(milliseconds / small) * small;
  const rest = Math.round((whole % unit) / small);
  return `${Math.floor(whole / unit)} ${words}${rest === 0 ? '' : ` ${rest} ${smallWords}`}`;
}

/** `in 3 min`, `2 min ago`, `now`. */
export function relative(time: number, now: number): string {
  const away = time - now;
  if (Math.abs(away) < SECOND) return 'now';
  const coarse = roughly(Math.abs(away));
  return away > 0 ? `in ${coarse}` : `${coarse} ago`;
}

/** One unit, or two where the first is small: nobody reads the seconds of an hour. */
function roughly(milliseconds: number): string {
  if (milliseconds < MINUTE) return `${Math.round(milliseconds / SECOND)} s`;
  if (milliseconds < 100 * MINUTE) return `${Math.round(milliseconds / MINUTE)} min`;
  return duration(Math.round(milliseconds / MINUTE) * MINUTE);
}

/** `6,120`. */
export function number(value: number): string {
  return value.toLocaleString();
}

/** `1 node`, `2 nodes`. */
export function count(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
}
