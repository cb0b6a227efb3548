/* SPDX-License-Identifier: Apache-2.0 */
/** ACE for Micrometer; needs {@code micrometer-core}, which the application brings. Nobody else here knows of either. */
package io.github.acealloc.netty.micrometer;
