/** Networks by torchvision's names, with its options and the keys of its state dicts. */
package io.github.conv4j.models;
