/* SPDX-License-Identifier: Apache-2.0 */
/** How memory is cut: size classes, superslabs, slabs and blocks. Nothing in here knows of threads' heaps. */
package io.github.acealloc.slab;
