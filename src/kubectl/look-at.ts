import { assess, type Assessment, type NodeAssessment } from './assess/assess.ts';
import { readScene, type Access, type Scene } from './gather/scene.ts';
import { withWorkloads } from './gather/workloads.ts';

/**
 * Reads the cluster and looks at every node with the operator's rules. The pods of nodes are read only of those that are asked for.
 *
 * @param deeper of which nodes everything is to be known
 * @throws ApiError
 */
export async function lookAt(
  access: Access,
  deeper: (assessment: Assessment) => readonly NodeAssessment[],
): Promise<Assessment> {
  return await lookDeeper(await readScene(access), access, deeper);
}

/** The same, for a scene that has been read. */
export async function lookDeeper(
  scene: Scene,
  access: Access,
  deeper: (assessment: Assessment) => readonly NodeAssessment[],
): Promise<Assessment> {
  const assessment = assess(scene);
  const names = deeper(assessment)
    .filter(({ needsPods }) => needsPods)
    .map(({ node }) => node.name);
  return names.length === 0 ? assessment : assess(await withWorkloads(scene, names, access));
}
