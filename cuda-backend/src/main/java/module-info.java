/** The CUDA backend: a driver over JCuda for the kernels of {@code dev.weft.gpu}. */
module dev.weft.cuda {
    requires dev.weft.gpu;
    requires jcublas;
    requires jcuda;
    requires static org.jspecify;

    provides dev.weft.backend.BackendProvider with
            dev.weft.cuda.CudaProvider;
}
