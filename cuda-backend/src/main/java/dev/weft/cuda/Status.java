package dev.weft.cuda;

import dev.weft.backend.DeviceLostException;
import dev.weft.backend.DeviceOutOfMemoryException;

import jcuda.driver.CUresult;

/** The driver's return codes, and the exceptions that they become. */
final class Status {
    private Status() {}

    /** The code with its name, such as {@code CUDA_ERROR_INVALID_VALUE (1)}. */
    static String name(int code) {
        return CUresult.stringFor(code) + " (" + code + ")";
    }

    /**
     * Returns where {@code code} is success.
     *
     * @param call the function that gave it, with what was asked of it
     * @throws DeviceLostException for codes after which the context answers no more
     * @throws DeviceOutOfMemoryException where memory was short
     * @throws CudaException for all others
     */
    static void check(int code, String call) {
        if (code == CUresult.CUDA_SUCCESS) {
            return;
        }
        String message = call + " gave " + name(code);
        throw switch (code) {
            case CUresult.CUDA_ERROR_OUT_OF_MEMORY -> new DeviceOutOfMemoryException(message);
            // Those that the driver API's documentation says leave the process in an inconsistent
            // state, and those for a device that is gone.
            case CUresult.CUDA_ERROR_DEINITIALIZED,
                    CUresult.CUDA_ERROR_DEVICE_UNAVAILABLE,
                    CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
                    CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
                    CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
                    CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED,
                    CUresult.CUDA_ERROR_ASSERT,
                    CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
                    CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
                    CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
                    CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
                    CUresult.CUDA_ERROR_INVALID_PC,
                    CUresult.CUDA_ERROR_LAUNCH_FAILED,
                    CUresult.CUDA_ERROR_EXTERNAL_DEVICE,
                    CUresult.CUDA_ERROR_UNKNOWN ->
                    new DeviceLostException(message);
            default -> new CudaException(message, code);
        };
    }
}
