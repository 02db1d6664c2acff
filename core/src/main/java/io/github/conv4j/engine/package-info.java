/**
 * From a problem to a plan that runs: what a convolution is made of, which algorithm computes it,
 * and the threads that share the work.
 */
package io.github.conv4j.engine;
