/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control.sim;

import io.github.acealloc.control.*;
import io.github.acealloc.heap.*;
import java.util.*;

public class CapTrial {
    static final int START = Integer.getInteger("start", 1024);
    static final int BATCH = 16;
    static final double K = 160;
    static final int[] GRID = {0, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024};

    record Trace(long[] t, boolean[] alloc, long[] birth) {}

    static Trace trace(String kind, int seed, double secs) {
        Random r = new Random(seed);
        List<long[]> ev = new ArrayList<>();
        double t = 0;
        if (kind.startsWith("poisson")) {
            int n = (int) (secs * 1e6);
            for (int i = 0; i < n; i++) {
                t += -Math.log(1 - r.nextDouble()) * 1e3;
                double w = kind.equals("poisson") || r.nextDouble() < .95
                        ? -Math.log(1 - r.nextDouble()) * 1e5
                        : -Math.log(1 - r.nextDouble()) * 1e7;
                ev.add(new long[] {(long) t, 1, 0});
                ev.add(new long[] {(long) (t + w), 0, (long) w});
            }
        } else {
            double period = kind.equals("bursts_fast") ? 1e6 : 1e9;
            int n = (int) (secs * 1e9 / period);
            for (int i = 0; i < n; i++)
                for (int j = 0; j < 200; j++) {
                    double a = i * period + j * 500;
                    ev.add(new long[] {(long) a, 1, 0});
                    ev.add(new long[] {(long) (a + 3e5), 0, 300000});
                }
        }
        ev.sort((a, b) -> a[0] != b[0] ? Long.compare(a[0], b[0]) : Long.compare(a[1], b[1]));
        int n = ev.size();
        long[] ts = new long[n];
        boolean[] al = new boolean[n];
        long[] w = new long[n];
        for (int i = 0; i < n; i++) {
            ts[i] = ev.get(i)[0];
            al[i] = ev.get(i)[1] == 1;
            w[i] = ev.get(i)[2];
        }
        return new Trace(ts, al, w);
    }

    static double fixed(Trace tr, int cap, double hold) {
        double c = 0, spent = 0, held = 0, last = 0;
        for (int i = 0; i < tr.t.length; i++) {
            long t = tr.t[i];
            held += c * (t - last);
            last = t;
            if (tr.alloc[i]) {
                if (c == 0) {
                    spent += K;
                    c = Math.min(BATCH, Math.max(cap, 1));
                }
                c--;
            } else {
                if (c >= cap) {
                    spent += K;
                    c -= Math.min(BATCH, c);
                }
                if (cap > 0) c++;
            }
        }
        return (spent + held * hold) / last;
    }

    static double ruleCap(Trace tr, double tau) {
        long total = tr.t[tr.t.length - 1];
        tau = Math.min(Math.max(tau, 1e5), total / 4.0);
        List<Integer> out = new ArrayList<>();
        int n = 0, lo = 0, hi = 0;
        double end = tr.t[0] + tau;
        for (int i = 0; i < tr.t.length; i++) {
            while (tr.t[i] > end) {
                out.add(hi - lo);
                lo = hi = n;
                end += tau;
            }
            n += tr.alloc[i] ? 1 : -1;
            lo = Math.min(lo, n);
            hi = Math.max(hi, n);
        }
        out.add(hi - lo);
        Collections.sort(out);
        int s = out.get((int) (out.size() * .8));
        return s > BATCH ? s + BATCH : BATCH;
    }

    static double loop(Trace tr, Policy policy, int size, double price, long tick, int defCap, StringBuilder log) {
        Economics eco = new Economics(price, K);
        SimulatedCache c = new SimulatedCache(policy == Policy.FIXED ? defCap : START, BATCH);
        Lifetimes lives = new Lifetimes();
        Controller.Memory mem = Controller.Memory.NONE;
        long next = tick;
        long[] prev = new long[7];
        long allocs = 0;
        double tau = eco.tau(size, BATCH);
        long lastAge = 0;
        double debt = 0;
        long lastTick = 0;
        for (int i = 0; i < tr.t.length; i++) {
            while (tr.t[i] >= next) {
                CacheMeter m = c.meter();
                lives.age(next - lastTick);
                Reading r = new Reading(
                        0,
                        size,
                        next - lastTick,
                        allocs - prev[0],
                        m.refills() - prev[1],
                        m.spills() - prev[2],
                        m.taken() + m.given() - prev[3],
                        m.swing(c.window()),
                        m.reuses() - prev[4],
                        m.watchedNanos() - prev[5],
                        c.aged() - prev[6],
                        c.level(),
                        c.cap(),
                        BATCH,
                        lives.mean(1e18),
                        lives.mean(tau));
                prev = new long[] {
                    allocs, m.refills(), m.spills(), m.taken() + m.given(), m.reuses(), m.watchedNanos(), c.aged()
                };
                Controller.Choice ch = Controller.decide(policy, r, mem, eco, defCap);
                mem = ch.memory();
                boolean age = next - lastAge >= tau;
                if (age) lastAge = next;
                if (log != null && log.length() < 3000)
                    log.append(String.format(
                            "  t=%.2f alloc %d ref %d sp %d swing %d reuse %d watched %.4fs level %d cap %d -> %d phi %.2f W %.6f%n",
                            next / 1e9,
                            r.allocations(),
                            r.refills(),
                            r.spills(),
                            r.swing(),
                            r.reuses(),
                            r.watchedNanos() / 1e9,
                            r.level(),
                            r.cap(),
                            ch.cap(),
                            mem.burstiness(),
                            r.meanNanos() / 1e9));
                c.turn(next, age && policy != Policy.FIXED, policy == Policy.FIXED ? defCap : ch.cap());
                lastTick = next;
                next += tick;
            }
            if (tr.alloc[i]) {
                c.allocate(tr.t[i]);
                allocs++;
                debt += size;
            } else {
                c.release(tr.t[i]);
                if (debt >= 512 << 10) {
                    debt -= 512 << 10;
                    lives.add(tr.birth[i], false);
                }
            }
        }
        return (c.transfers() * K + c.held() * (size * price)) / tr.t[tr.t.length - 1];
    }

    public static void main(String[] a) {
        double scale = Double.parseDouble(a[0]);
        long tick = (long) (Double.parseDouble(a[1]) * 1e9);
        Map<String, Trace> traces = new LinkedHashMap<>();
        traces.put("poisson", trace("poisson", 1, .12 * scale));
        traces.put("poisson_two_lives", trace("poisson_two_lives", 1, .12 * scale));
        traces.put("bursts_fast", trace("bursts_fast", 1, .3 * scale));
        traces.put("bursts_slow", trace("bursts_slow", 1, 15 * Math.max(1, scale / 10)));
        Map<String, List<Double>> ratios = new LinkedHashMap<>();
        for (int gib : new int[] {1, 8, 32})
            for (int size : new int[] {256, 2048, 16384})
                for (var e : traces.entrySet()) {
                    double price = 1.0 / (gib * (double) (1L << 30)), hold = size * price, tau = K / BATCH / hold;
                    Trace tr = e.getValue();
                    double best = 1e99;
                    int bc = 0;
                    for (int g : GRID) {
                        double x = fixed(tr, g, hold);
                        if (x < best) {
                            best = x;
                            bc = g;
                        }
                    }
                    int def = Math.min(256, Math.max(1, (256 << 10) / size));
                    String line = String.format(
                            "%2d GiB %5d B %-18s best cap %4d %.2e tau %.4fs:",
                            gib, size, e.getKey(), bc, best, tau / 1e9);
                    double rule = fixed(tr, (int) ruleCap(tr, tau), hold) / best;
                    ratios.computeIfAbsent("rule", k -> new ArrayList<>()).add(rule);
                    line += String.format(" rule %.2f", rule);
                    for (Policy p : Policy.values()) {
                        StringBuilder log = a.length > 2 && a[2].equals(gib + "/" + size + "/" + e.getKey() + "/" + p)
                                ? new StringBuilder()
                                : null;
                        double x = loop(tr, p, size, price, tick, def, log) / best;
                        ratios.computeIfAbsent(p.toString(), k -> new ArrayList<>())
                                .add(x);
                        line += String.format(" %s %.2f", p, x);
                        if (log != null) System.out.println(log);
                    }
                    System.out.println(line);
                }
        ratios.forEach((k, v) -> {
            Collections.sort(v);
            System.out.printf(
                    "%-10s median %.2f worst %.1f geomean %.2f%n",
                    k,
                    v.get(v.size() / 2),
                    v.get(v.size() - 1),
                    Math.exp(v.stream().mapToDouble(Math::log).average().getAsDouble()));
        });
    }
}
