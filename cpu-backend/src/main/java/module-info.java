/** The CPU backend. The only module that needs the vector API's incubator module. */
module dev.weft.cpu {
    requires dev.weft.core;
    requires jdk.incubator.vector;
    requires static org.jspecify;

    provides dev.weft.backend.BackendProvider with
            dev.weft.cpu.CpuProvider;
}
