/* SPDX-License-Identifier: Apache-2.0 */
/** The way into servers that nobody can edit; needs {@code netty-transport}, which every server has. */
package io.github.acealloc.netty.bootstrap;
