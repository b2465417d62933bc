/** OpenCL devices of any vendor, by way of LWJGL. */
@NullMarked
package dev.weft.opencl;

import org.jspecify.annotations.NullMarked;
