/** Measures conv4j: by itself with JMH, and side by side with other libraries. */
package io.github.conv4j.bench;
