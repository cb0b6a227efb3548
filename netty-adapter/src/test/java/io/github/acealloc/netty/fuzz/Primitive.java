/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import io.netty.buffer.ByteBuf;

/** The number types of a buffer, each with its four accessors. Values are the bits, in a long. */
@SuppressWarnings("ImmutableEnumChecker") // the functions hold no state
enum Primitive {
    BYTE(
            1,
            false,
            ByteBuf::getByte,
            (b, i, v) -> b.setByte(i, (int) v),
            ByteBuf::readByte,
            (b, v) -> b.writeByte((int) v)),
    UNSIGNED_BYTE(
            1,
            false,
            ByteBuf::getUnsignedByte,
            (b, i, v) -> b.setByte(i, (int) v),
            ByteBuf::readUnsignedByte,
            (b, v) -> b.writeByte((int) v)),
    SHORT(
            2,
            false,
            ByteBuf::getShort,
            (b, i, v) -> b.setShort(i, (int) v),
            ByteBuf::readShort,
            (b, v) -> b.writeShort((int) v)),
    SHORT_LE(
            2,
            true,
            ByteBuf::getShortLE,
            (b, i, v) -> b.setShortLE(i, (int) v),
            ByteBuf::readShortLE,
            (b, v) -> b.writeShortLE((int) v)),
    UNSIGNED_SHORT(
            2,
            false,
            ByteBuf::getUnsignedShort,
            (b, i, v) -> b.setShort(i, (int) v),
            ByteBuf::readUnsignedShort,
            (b, v) -> b.writeShort((int) v)),
    UNSIGNED_SHORT_LE(
            2,
            true,
            ByteBuf::getUnsignedShortLE,
            (b, i, v) -> b.setShortLE(i, (int) v),
            ByteBuf::readUnsignedShortLE,
            (b, v) -> b.writeShortLE((int) v)),
    CHAR(
            2,
            false,
            ByteBuf::getChar,
            (b, i, v) -> b.setChar(i, (int) v),
            ByteBuf::readChar,
            (b, v) -> b.writeChar((int) v)),
    MEDIUM(
            3,
            false,
            ByteBuf::getMedium,
            (b, i, v) -> b.setMedium(i, (int) v),
            ByteBuf::readMedium,
            (b, v) -> b.writeMedium((int) v)),
    MEDIUM_LE(
            3,
            true,
            ByteBuf::getMediumLE,
            (b, i, v) -> b.setMediumLE(i, (int) v),
            ByteBuf::readMediumLE,
            (b, v) -> b.writeMediumLE((int) v)),
    UNSIGNED_MEDIUM(
            3,
            false,
            ByteBuf::getUnsignedMedium,
            (b, i, v) -> b.setMedium(i, (int) v),
            ByteBuf::readUnsignedMedium,
            (b, v) -> b.writeMedium((int) v)),
    INT(4, false, ByteBuf::getInt, (b, i, v) -> b.setInt(i, (int) v), ByteBuf::readInt, (b, v) -> b.writeInt((int) v)),
    INT_LE(
            4,
            true,
            ByteBuf::getIntLE,
            (b, i, v) -> b.setIntLE(i, (int) v),
            ByteBuf::readIntLE,
            (b, v) -> b.writeIntLE((int) v)),
    UNSIGNED_INT(
            4,
            false,
            ByteBuf::getUnsignedInt,
            (b, i, v) -> b.setInt(i, (int) v),
            ByteBuf::readUnsignedInt,
            (b, v) -> b.writeInt((int) v)),
    FLOAT(
            4,
            false,
            (b, i) -> Float.floatToRawIntBits(b.getFloat(i)),
            (b, i, v) -> b.setFloat(i, Float.intBitsToFloat((int) v)),
            b -> Float.floatToRawIntBits(b.readFloat()),
            (b, v) -> b.writeFloat(Float.intBitsToFloat((int) v))),
    LONG(8, false, ByteBuf::getLong, ByteBuf::setLong, ByteBuf::readLong, ByteBuf::writeLong),
    LONG_LE(8, true, ByteBuf::getLongLE, ByteBuf::setLongLE, ByteBuf::readLongLE, ByteBuf::writeLongLE),
    DOUBLE(
            8,
            false,
            (b, i) -> Double.doubleToRawLongBits(b.getDouble(i)),
            (b, i, v) -> b.setDouble(i, Double.longBitsToDouble(v)),
            b -> Double.doubleToRawLongBits(b.readDouble()),
            (b, v) -> b.writeDouble(Double.longBitsToDouble(v)));

    private static final Primitive[] ALL = values();

    private final int width;
    private final boolean little;
    private final Get get;
    private final Set set;
    private final Read read;
    private final Write write;

    private interface Get {
        long at(ByteBuf buf, int index);
    }

    private interface Set {
        void at(ByteBuf buf, int index, long value);
    }

    private interface Read {
        long from(ByteBuf buf);
    }

    private interface Write {
        void to(ByteBuf buf, long value);
    }

    Primitive(int width, boolean little, Get get, Set set, Read read, Write write) {
        this.width = width;
        this.little = little;
        this.get = get;
        this.set = set;
        this.read = read;
        this.write = write;
    }

    static Primitive any(Dice dice) {
        return ALL[dice.below(ALL.length)];
    }

    int width() {
        return width;
    }

    /** The value whose bytes are the first ones of eight. */
    long of(long pattern) {
        return bits(little ? Long.reverseBytes(pattern) : pattern >>> (Long.SIZE - width * Byte.SIZE));
    }

    private long bits(long value) {
        return width == Long.BYTES ? value : value & ((1L << (width * Byte.SIZE)) - 1);
    }

    long get(ByteBuf buf, int index) {
        return bits(get.at(buf, index));
    }

    void set(ByteBuf buf, int index, long value) {
        set.at(buf, index, value);
    }

    long read(ByteBuf buf) {
        return bits(read.from(buf));
    }

    void write(ByteBuf buf, long value) {
        write.to(buf, value);
    }
}
