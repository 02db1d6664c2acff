/** Filters of pictures: kernels by name or of the user's own. */
package io.github.conv4j.cli.filter;
