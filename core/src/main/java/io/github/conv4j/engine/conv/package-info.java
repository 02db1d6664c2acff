/** The algorithms, one class each. {@code ReferenceConv} is the one to read first. */
package io.github.conv4j.engine.conv;
