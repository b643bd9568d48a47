/** What an operator has asked of the API server. */
export interface Usage {
  /** Calls of any kind; a watch is one. */
  readonly requests: number;
  /** Evictions asked for, whatever came of them. */
  readonly evictions: number;
  /** Writes of Events. */
  readonly events: number;
  /** Evictions that a PodDisruptionBudget refused. */
  readonly refusedEvictions: number;
}

/** Reads it from the operator's metrics, in Prometheus' text format. */
export function usageFrom(metrics: string): Usage {
  return {
    requests: sum(metrics, /^ofed_operator_api_requests_total\{.*\} (\d+)$/gm),
    evictions: sum(metrics, /^ofed_operator_api_requests_total\{.*resource="pods\/eviction".*\} (\d+)$/gm),
    events: sum(metrics, /^ofed_operator_api_requests_total\{.*resource="events".*\} (\d+)$/gm),
    refusedEvictions: sum(metrics, /^ofed_operator_evictions_total\{result="refused"\} (\d+)$/gm),
  };
}

/** What was used between two looks. */
export function usageBetween(before: Usage, after: Usage): Usage {
  return {
    requests: after.requests - before.requests,
    evictions: after.evictions - before.evictions,
    events: after.events - before.events,
    refusedEvictions: after.refusedEvictions - before.refusedEvictions,
  };
}

function sum(text: string, line: RegExp): number {
  return [...text.matchAll(line)].reduce((total, [, value]) => total + Number(value), 0);
}
