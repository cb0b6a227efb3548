/* SPDX-License-Identifier: Apache-2.0 */
/** Random programs over the whole buffer API on several threads, held against a model that knows each byte. */
package io.github.acealloc.netty.fuzz;
