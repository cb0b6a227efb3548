/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The child: runs another program twice, in class loaders that know nothing but Netty, that program, and {@code java.base}. */
public final class LoaderProgram {
    private LoaderProgram() {}

    /** As loaders of modules and bundles are: it passes on few of the JDK's packages. */
    private static final class Narrow extends ClassLoader {
        Narrow() {
            super(getPlatformClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("java.") && !name.startsWith("javax.") && !name.startsWith("sun.misc.")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    }

    public static void main(String[] args) throws Exception {
        List<URL> urls = new ArrayList<>();
        for (String entry : args[0].split(File.pathSeparator, -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        for (int copy = 0; copy < 2; copy++) {
            URLClassLoader loader = new URLClassLoader("copy " + copy, urls.toArray(URL[]::new), new Narrow());
            loader.loadClass(args[1]).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        }
    }
}
