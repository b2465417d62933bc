/** The OpenCL backend: a driver over LWJGL for the kernels of {@code dev.weft.gpu}. */
module dev.weft.opencl {
    requires dev.weft.gpu;
    requires org.lwjgl;
    requires org.lwjgl.opencl;
    requires static org.jspecify;

    provides dev.weft.backend.BackendProvider with
            dev.weft.opencl.OpenClProvider;
}
