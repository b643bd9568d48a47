import { describe, expect, it } from 'vitest';
import { deleteDriverPodCommand } from './people.ts';

describe('what people type', () => {
  it('is the documentation’s own line', () => {
    expect(deleteDriverPodCommand('gpu-17')).toBe(
      'kubectl delete pod -n `kubectl get -A pods --field-selector spec.nodeName=gpu-17 -l nvidia.com/ofed-driver --no-headers | awk \'{print $1" "$2}\'`',
    );
  });
});
