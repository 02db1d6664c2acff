/**
 * Networks made ready for one input shape: the operations of a {@code Module} as a graph, fused
 * where two can be computed as one, and run on buffers that are planned once. Not exported.
 *
 * <p>In the order of a network's life: {@link Graph} takes a trace, {@link Fusion} changes it,
 * {@link BufferPlan} says which values lie where, {@link Network} runs it.
 */
package io.github.conv4j.network;
