/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Has Netty's pooled and adaptive allocators hand out ACE's buffers.
 *
 * <pre>
 * a class is loaded: Transformer → Shape (is it a known one?) → Rewriter
 * a changed method runs for the first time: Agent.link → Transformer → NettyCopy → Door → TakenOver, in the adapter
 * </pre>
 */
package io.github.acealloc.agent.inside;
