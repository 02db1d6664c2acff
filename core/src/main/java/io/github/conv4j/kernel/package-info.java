/** The inner loops on plain arrays, behind one interface, and the choice between sets of them. */
package io.github.conv4j.kernel;
