/**
 * The tensor interface, the backends' interface, the reference backend and autograd. Needs nothing
 * but the JDK.
 */
module dev.weft.core {
    requires static org.jspecify;

    exports dev.weft;
    exports dev.weft.autograd;
    exports dev.weft.backend;
    exports dev.weft.random;
    exports dev.weft.reference;
    exports dev.weft.serve;

    uses dev.weft.backend.BackendProvider;

    provides dev.weft.backend.BackendProvider with
            dev.weft.reference.ReferenceProvider;
}
