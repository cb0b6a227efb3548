/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

/** What a row does: a few calls on a lab's buffers, whose outcome is one value. */
@FunctionalInterface
interface Program {
    Object run(Lab lab) throws Exception;
}
