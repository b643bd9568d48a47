/** What an operator has asked of the API server. */
export interface Usage {
  /** Calls of any kind; a watch is one. */
  readonly requests: number;
  /** Evictions that a PodDisruptionBudget refused. */
  readonly refusedEvictions: number;
}

/** Reads it from the operator's metrics, in Prometheus' text format. */
export function usageFrom(metrics: string): Usage {
  return {
    requests: sum(metrics, /^ofed_operator_api_requests_total\{.*\} (\d+)$/gm),
    refusedEvictions: sum(metrics, /^ofed_operator_evictions_total\{result="refused"\} (\d+)$/gm),
  };
}

/** What was used between two looks. */
export function usageBetween(before: Usage, after: Usage): Usage {
  return {
    requests: after.requests - before.requests,
    refusedEvictions: after.refusedEvictions - before.refusedEvictions,
  };
}

function sum(text: string, line: RegExp): number {
  return [...text.matchAll(line)].reduce((total, [, value]) => total + Number(value), 0);
}
