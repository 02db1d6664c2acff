/** The kernels on {@code jdk.incubator.vector}, the only place that names it. */
package io.github.conv4j.simd;
