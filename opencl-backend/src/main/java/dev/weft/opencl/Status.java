package dev.weft.opencl;

import dev.weft.backend.DeviceLostException;
import dev.weft.backend.DeviceOutOfMemoryException;

import java.util.Map;

/** OpenCL's return codes: their names, and the exceptions that they become. */
final class Status {
    static final int SUCCESS = 0;
    static final int DEVICE_NOT_FOUND = -1;
    static final int BUILD_PROGRAM_FAILURE = -11;
    static final int PLATFORM_NOT_FOUND_KHR = -1001;

    private static final int DEVICE_NOT_AVAILABLE = -2;
    private static final int MEM_OBJECT_ALLOCATION_FAILURE = -4;
    private static final int OUT_OF_HOST_MEMORY = -6;
    private static final int EXEC_STATUS_ERROR = -14;
    private static final int INVALID_COMMAND_QUEUE = -36;

    /** NVIDIA's, for a kernel that read or wrote where it must not: the context is gone. */
    private static final int NVIDIA_ILLEGAL_ACCESS = -9999;

    private static final Map<Integer, String> NAMES =
            Map.ofEntries(
                    Map.entry(-1, "CL_DEVICE_NOT_FOUND"),
                    Map.entry(-2, "CL_DEVICE_NOT_AVAILABLE"),
                    Map.entry(-3, "CL_COMPILER_NOT_AVAILABLE"),
                    Map.entry(-4, "CL_MEM_OBJECT_ALLOCATION_FAILURE"),
                    Map.entry(-5, "CL_OUT_OF_RESOURCES"),
                    Map.entry(-6, "CL_OUT_OF_HOST_MEMORY"),
                    Map.entry(-7, "CL_PROFILING_INFO_NOT_AVAILABLE"),
                    Map.entry(-8, "CL_MEM_COPY_OVERLAP"),
                    Map.entry(-11, "CL_BUILD_PROGRAM_FAILURE"),
                    Map.entry(-12, "CL_MAP_FAILURE"),
                    Map.entry(-13, "CL_MISALIGNED_SUB_BUFFER_OFFSET"),
                    Map.entry(-14, "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST"),
                    Map.entry(-15, "CL_COMPILE_PROGRAM_FAILURE"),
                    Map.entry(-16, "CL_LINKER_NOT_AVAILABLE"),
                    Map.entry(-17, "CL_LINK_PROGRAM_FAILURE"),
                    Map.entry(-30, "CL_INVALID_VALUE"),
                    Map.entry(-31, "CL_INVALID_DEVICE_TYPE"),
                    Map.entry(-32, "CL_INVALID_PLATFORM"),
                    Map.entry(-33, "CL_INVALID_DEVICE"),
                    Map.entry(-34, "CL_INVALID_CONTEXT"),
                    Map.entry(-35, "CL_INVALID_QUEUE_PROPERTIES"),
                    Map.entry(-36, "CL_INVALID_COMMAND_QUEUE"),
                    Map.entry(-37, "CL_INVALID_HOST_PTR"),
                    Map.entry(-38, "CL_INVALID_MEM_OBJECT"),
                    Map.entry(-42, "CL_INVALID_BINARY"),
                    Map.entry(-43, "CL_INVALID_BUILD_OPTIONS"),
                    Map.entry(-44, "CL_INVALID_PROGRAM"),
                    Map.entry(-45, "CL_INVALID_PROGRAM_EXECUTABLE"),
                    Map.entry(-46, "CL_INVALID_KERNEL_NAME"),
                    Map.entry(-47, "CL_INVALID_KERNEL_DEFINITION"),
                    Map.entry(-48, "CL_INVALID_KERNEL"),
                    Map.entry(-49, "CL_INVALID_ARG_INDEX"),
                    Map.entry(-50, "CL_INVALID_ARG_VALUE"),
                    Map.entry(-51, "CL_INVALID_ARG_SIZE"),
                    Map.entry(-52, "CL_INVALID_KERNEL_ARGS"),
                    Map.entry(-53, "CL_INVALID_WORK_DIMENSION"),
                    Map.entry(-54, "CL_INVALID_WORK_GROUP_SIZE"),
                    Map.entry(-55, "CL_INVALID_WORK_ITEM_SIZE"),
                    Map.entry(-56, "CL_INVALID_GLOBAL_OFFSET"),
                    Map.entry(-57, "CL_INVALID_EVENT_WAIT_LIST"),
                    Map.entry(-58, "CL_INVALID_EVENT"),
                    Map.entry(-59, "CL_INVALID_OPERATION"),
                    Map.entry(-61, "CL_INVALID_BUFFER_SIZE"),
                    Map.entry(-63, "CL_INVALID_GLOBAL_WORK_SIZE"),
                    Map.entry(-64, "CL_INVALID_PROPERTY"),
                    Map.entry(-1001, "CL_PLATFORM_NOT_FOUND_KHR"),
                    Map.entry(-9999, "NVIDIA: illegal read or write in a kernel"));

    private Status() {}

    /** The code with its name, such as {@code CL_INVALID_VALUE (-30)}. */
    static String name(int code) {
        return NAMES.getOrDefault(code, "an unknown code") + " (" + code + ")";
    }

    /**
     * Returns where {@code code} is success.
     *
     * @param call the function that gave it, with what was asked of it
     * @throws DeviceLostException for codes after which the device answers no more
     * @throws DeviceOutOfMemoryException where memory was short
     * @throws OpenClException for all others
     */
    static void check(int code, String call) {
        if (code == SUCCESS) {
            return;
        }
        String message = call + " gave " + name(code);
        throw switch (code) {
            case DEVICE_NOT_AVAILABLE,
                    EXEC_STATUS_ERROR,
                    INVALID_COMMAND_QUEUE,
                    NVIDIA_ILLEGAL_ACCESS ->
                    new DeviceLostException(message);
            case MEM_OBJECT_ALLOCATION_FAILURE, OUT_OF_HOST_MEMORY ->
                    new DeviceOutOfMemoryException(message);
            default -> new OpenClException(message, code);
        };
    }
}
