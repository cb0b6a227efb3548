/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.watch;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.lang.ref.Cleaner;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import javax.management.AttributeList;
import javax.management.DynamicMBean;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanInfo;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/** Puts beans into the platform's MBean server where there is one. Makes none: that takes long, and starts the JVM's logging. */
final class Beans {
    private static final String SERVER_CLASS = "javax.management.MBeanServer";

    private Beans() {}

    /** The platform's server: the one that tells of the JVM. {@code null} if nobody has asked for one yet. */
    static MBeanServer server() throws JMException {
        for (MBeanServer server : MBeanServerFactory.findMBeanServer(null)) {
            if (server.isRegistered(new ObjectName(ManagementFactory.RUNTIME_MXBEAN_NAME))) {
                return server;
            }
        }
        return null;
    }

    /** A bean in a server, for as long as this object lasts, which alone holds it. */
    static final class Registration {
        private final ObjectName name;

        @SuppressWarnings("unused") // held for the server's sake
        private final InvocationHandler bean;

        private final Cleaner.Cleanable lasting;

        private Registration(ObjectName name, InvocationHandler bean, Cleaner.Cleanable lasting) {
            this.name = name;
            this.bean = bean;
            this.lasting = lasting;
        }

        ObjectName name() {
            return name;
        }

        /** Takes the bean out. */
        void undo() {
            lasting.clean();
        }
    }

    /**
     * Registers a bean.
     *
     * @param name if it is taken already, the first one of {@code name-2}, {@code name-3}… that is not
     */
    static <T> Registration register(MBeanServer server, T bean, Class<T> type, String name) throws JMException {
        InvocationHandler handler = new Handler(new StandardMBean(bean, type, true));
        try {
            DynamicMBean door = JdkOnly.answerIfThere(DynamicMBean.class, handler, afterwards());
            ObjectName taken = register(server, door, name);
            return new Registration(taken, handler, Lasting.as(handler, unregister(server, taken)));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(SERVER_CLASS, e);
        }
    }

    private static ObjectName register(MBeanServer server, DynamicMBean door, String name) throws JMException {
        for (int i = 1; ; i++) {
            try {
                ObjectName free = new ObjectName(i == 1 ? name : name + "-" + i);
                server.registerMBean(door, free);
                return free;
            } catch (InstanceAlreadyExistsException e) {
                // Another application's, or that of one that has not been collected yet.
                assert i < Integer.MAX_VALUE : e;
            }
        }
    }

    private static MethodHandle unregister(MBeanServer server, ObjectName name) throws ReflectiveOperationException {
        MethodHandle unregister = MethodHandles.publicLookup()
                .findVirtual(MBeanServer.class, "unregisterMBean", MethodType.methodType(void.class, ObjectName.class));
        return MethodHandles.insertArguments(unregister, 0, server, name);
    }

    /** What a bean answers between its allocator's end and its own. */
    private static Map<String, Object> afterwards() {
        MBeanInfo nothing =
                new MBeanInfo(DynamicMBean.class.getName(), "its allocator has gone", null, null, null, null);
        return Map.of(
                "getMBeanInfo",
                nothing,
                "getAttributes",
                new AttributeList(),
                "setAttributes",
                new AttributeList(),
                "toString",
                "gone",
                "hashCode",
                0,
                "equals",
                false);
    }

    /** What is behind the door. */
    private record Handler(DynamicMBean bean) implements InvocationHandler {
        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            try {
                return method.invoke(bean, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }
}
