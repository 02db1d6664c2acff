/**
 * The {@code conv4j} command, one class a subcommand.
 *
 * <p>Results go to standard output or the named file, everything else to standard error. The exit
 * code is 0 when all is done, 1 when something failed, 2 when the command line makes no sense.
 */
package io.github.conv4j.cli;
