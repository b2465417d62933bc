// A stand-in for libcuda.so.1 for tests on machines without a GPU: the functions of CUDA's driver API that Weft uses,
// over the host's memory. Devices are pretended, streams do their work at once (or put it into a graph while they are
// captured), and a kernel is the same source, compiled for the host (see host.h) into
// <folder of this library>/<name of its PTX>.so.
//
// What is asked of the driver is checked as the real one would: contexts have to be current, memory has to be live,
// events recorded, and a stream that is captured may not be waited for. Faults are injected by
// stand_in_fail_allocation and stand_in_fail_launch.
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

typedef int CUresult;
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;

enum {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_CONTEXT = 201,
    INVALID_PTX = 218,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    ILLEGAL_ADDRESS = 700,
    CONTEXT_IS_DESTROYED = 709,
    STREAM_CAPTURE_UNSUPPORTED = 900,
    ILLEGAL_STATE = 401
};

struct Context {
    CUdevice device;
    int users;
};
// What a stream is asked to do: returns the driver's code.
typedef std::function<CUresult()> Work;
struct Graph {
    std::vector<Work> nodes;
};
struct Stream {
    Context* context;
    Graph* captured;
};
struct Event {
    bool recorded;
    struct timespec time;
};
struct Module {
    void* library;
};
struct Function {
    void (*run)(const char* parameters, int x, int y, int z, int group);
    std::string name;
};

static const int DEVICES = 2;
static const size_t MEMORY = (size_t)1 << 30, LARGE = (size_t)64 << 20;
static Context contexts[DEVICES];
static thread_local Context* current;
static bool initialized;
static int dead;
static std::map<CUdeviceptr, size_t> live;
static size_t live_bytes;
static long allocations_until_failure = -1, launches_until_failure = -1;
static long launches, allocations;
static std::string launched;
static int driver_version = 12080, devices = DEVICES, capability = 90;

#define EXPORT extern "C" __attribute__((visibility("default")))
#define CHECK_CONTEXT()                                        \
    do {                                                       \
        if (!initialized) return NOT_INITIALIZED;              \
        if (dead) return dead;                                 \
        if (!current || !current->users) return INVALID_CONTEXT; \
    } while (0)

// ---- for tests

// The Nth allocation from now fails, counted from 1; 0 for none.
EXPORT void stand_in_fail_allocation(long n) { allocations_until_failure = n - 1; }

// The Nth launch from now, counted from 1, reads where it must not; 0 brings the device back.
EXPORT void stand_in_fail_launch(long n) {
    launches_until_failure = n - 1;
    dead = 0;
}

EXPORT void stand_in_pretend(int version, int count, int compute_capability) {
    driver_version = version;
    devices = count;
    capability = compute_capability;
}

EXPORT long stand_in_live_bytes(void) { return (long)live_bytes; }
EXPORT long stand_in_launches(void) { return launches; }
EXPORT long stand_in_allocations(void) { return allocations; }

// The kernels that were launched since the last call, a line each.
EXPORT const char* stand_in_launched(void) {
    static std::string answer;
    answer = launched;
    launched.clear();
    return answer.c_str();
}

// Contexts that somebody holds.
EXPORT int stand_in_contexts(void) {
    int held = 0;
    for (int i = 0; i < DEVICES; i++) held += contexts[i].users > 0;
    return held;
}

// ---- the driver and its devices

EXPORT CUresult cuInit(unsigned flags) {
    if (flags) return INVALID_VALUE;
    if (devices == 0) return NO_DEVICE;
    initialized = true;
    return SUCCESS;
}

EXPORT CUresult cuDriverGetVersion(int* version) {
    *version = driver_version;
    return SUCCESS;
}

EXPORT CUresult cuDeviceGetCount(int* count) {
    *count = devices;
    return SUCCESS;
}

EXPORT CUresult cuDeviceGet(CUdevice* device, int index) {
    if (index < 0 || index >= devices) return INVALID_DEVICE;
    *device = index;
    return SUCCESS;
}

EXPORT CUresult cuDeviceGetName(char* name, int length, CUdevice device) {
    snprintf(name, length, "Stand-in GPU %d", device);
    return SUCCESS;
}

EXPORT CUresult cuDeviceTotalMem_v2(size_t* bytes, CUdevice device) {
    (void)device;
    *bytes = MEMORY;
    return SUCCESS;
}

EXPORT CUresult cuDeviceGetAttribute(int* value, int attribute, CUdevice device) {
    switch (attribute) {
        case 1: *value = 1024; return SUCCESS;            // threads of a block
        case 8: *value = 48 << 10; return SUCCESS;        // shared memory of a block
        case 16: *value = 4; return SUCCESS;              // multiprocessors
        case 75: *value = capability / 10; return SUCCESS;
        case 76: *value = capability % 10; return SUCCESS;
        case 115: *value = device == 0; return SUCCESS;   // memory pools: one device with, one without
        default: return INVALID_VALUE;
    }
}

EXPORT CUresult cuDevicePrimaryCtxRetain(Context** context, CUdevice device) {
    if (!initialized) return NOT_INITIALIZED;
    *context = &contexts[device];
    contexts[device].device = device;
    contexts[device].users++;
    return SUCCESS;
}

EXPORT CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
    if (contexts[device].users == 0) return INVALID_CONTEXT;
    contexts[device].users--;
    return SUCCESS;
}

EXPORT CUresult cuCtxSetCurrent(Context* context) {
    current = context;
    return SUCCESS;
}

EXPORT CUresult cuStreamCreate(Stream** stream, unsigned flags) {
    (void)flags;
    CHECK_CONTEXT();
    *stream = new Stream{current, nullptr};
    return SUCCESS;
}

EXPORT CUresult cuStreamDestroy_v2(Stream* stream) {
    delete stream;
    return SUCCESS;
}

EXPORT CUresult cuStreamSynchronize(Stream* stream) {
    CHECK_CONTEXT();
    if (stream->captured) return STREAM_CAPTURE_UNSUPPORTED;
    return stream->context == current ? SUCCESS : INVALID_HANDLE;
}

// ---- memory

EXPORT CUresult cuMemAlloc_v2(CUdeviceptr* memory, size_t bytes) {
    CHECK_CONTEXT();
    if (bytes == 0) return INVALID_VALUE;
    allocations++;
    if (allocations_until_failure == 0 || live_bytes + bytes > MEMORY) return OUT_OF_MEMORY;
    if (allocations_until_failure > 0) allocations_until_failure--;
    void* host = nullptr;
    if (posix_memalign(&host, 256, bytes)) return OUT_OF_MEMORY;
    // Whoever reads what was never written shall notice: these are NaNs. Of the largest, the start is enough.
    memset(host, 0xff, bytes < LARGE ? bytes : LARGE);
    *memory = (CUdeviceptr)(uintptr_t)host;
    live[*memory] = bytes;
    live_bytes += bytes;
    return SUCCESS;
}

EXPORT CUresult cuMemFree_v2(CUdeviceptr memory) {
    auto found = live.find(memory);
    if (found == live.end()) return INVALID_VALUE;
    live_bytes -= found->second;
    live.erase(found);
    free((void*)(uintptr_t)memory);
    return SUCCESS;
}

// The real driver would make memory nodes of these in a graph, which Weft never wants.
EXPORT CUresult cuMemAllocAsync(CUdeviceptr* memory, size_t bytes, Stream* stream) {
    if (stream->captured) return STREAM_CAPTURE_UNSUPPORTED;
    return cuMemAlloc_v2(memory, bytes);
}

EXPORT CUresult cuMemFreeAsync(CUdeviceptr memory, Stream* stream) {
    if (stream->captured) return STREAM_CAPTURE_UNSUPPORTED;
    return cuMemFree_v2(memory);
}

EXPORT CUresult cuMemGetInfo_v2(size_t* available, size_t* total) {
    *available = MEMORY - live_bytes;
    *total = MEMORY;
    return SUCCESS;
}

EXPORT CUresult cuMemAllocHost_v2(void** host, size_t bytes) {
    CHECK_CONTEXT();
    return posix_memalign(host, 4096, bytes) ? OUT_OF_MEMORY : SUCCESS;
}

EXPORT CUresult cuMemFreeHost(void* host) {
    free(host);
    return SUCCESS;
}

// Whether all of [at, at + bytes) is one live allocation's.
EXPORT bool stand_in_is_live(CUdeviceptr at, size_t bytes);
bool stand_in_is_live(CUdeviceptr at, size_t bytes) {
    auto after = live.upper_bound(at);
    if (after == live.begin()) return false;
    --after;
    return at + bytes <= after->first + after->second;
}

EXPORT CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void* from, size_t bytes, Stream* stream) {
    CHECK_CONTEXT();
    if (stream->captured) return STREAM_CAPTURE_UNSUPPORTED;
    if (!stand_in_is_live(to, bytes)) return INVALID_VALUE;
    memcpy((void*)(uintptr_t)to, from, bytes);
    return SUCCESS;
}

EXPORT CUresult cuMemcpyDtoHAsync_v2(void* to, CUdeviceptr from, size_t bytes, Stream* stream) {
    CHECK_CONTEXT();
    if (stream->captured) return STREAM_CAPTURE_UNSUPPORTED;
    if (!stand_in_is_live(from, bytes)) return INVALID_VALUE;
    memcpy(to, (const void*)(uintptr_t)from, bytes);
    return SUCCESS;
}

EXPORT CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, Stream* stream) {
    CHECK_CONTEXT();
    if (stream->captured) return STREAM_CAPTURE_UNSUPPORTED;
    if (!stand_in_is_live(from, bytes) || !stand_in_is_live(to, bytes)) return INVALID_VALUE;
    memmove((void*)(uintptr_t)to, (const void*)(uintptr_t)from, bytes);
    return SUCCESS;
}

// ---- events

EXPORT CUresult cuEventCreate(Event** event, unsigned flags) {
    (void)flags;
    CHECK_CONTEXT();
    *event = new Event();
    return SUCCESS;
}

EXPORT CUresult cuEventRecord(Event* event, Stream* stream) {
    (void)stream;
    CHECK_CONTEXT();
    event->recorded = true;
    clock_gettime(CLOCK_MONOTONIC, &event->time);
    return SUCCESS;
}

EXPORT CUresult cuEventSynchronize(Event* event) {
    (void)event;
    CHECK_CONTEXT();
    return SUCCESS;
}

EXPORT CUresult cuEventElapsedTime(float* millis, Event* from, Event* to) {
    if (!from->recorded || !to->recorded) return INVALID_HANDLE;
    *millis = (to->time.tv_sec - from->time.tv_sec) * 1e3f + (to->time.tv_nsec - from->time.tv_nsec) * 1e-6f;
    return SUCCESS;
}

EXPORT CUresult cuEventElapsedTime_v2(float* millis, Event* from, Event* to) {
    return cuEventElapsedTime(millis, from, to);
}

EXPORT CUresult cuEventDestroy_v2(Event* event) {
    delete event;
    return SUCCESS;
}

// ---- kernels

static std::string folder() {
    Dl_info info;
    dladdr((void*)&cuInit, &info);
    std::string path = info.dli_fname;
    return path.substr(0, path.rfind('/'));
}

// Whether each log buffer (CUjit_option 3 and 5) comes with its size (4 and 6), without which a driver takes none.
static bool logs_have_sizes(unsigned options, const int* keys, void* const* values) {
    size_t sizes[2] = {0, 0};
    for (unsigned i = 0; i < options; i++) {
        if (keys[i] == 4 || keys[i] == 6) sizes[keys[i] == 6] = (size_t)values[i];
    }
    for (unsigned i = 0; i < options; i++) {
        if ((keys[i] == 3 || keys[i] == 5) && sizes[keys[i] == 5] == 0) return false;
    }
    return true;
}

// The image is PTX as Weft ships it, whose first line says which source and constants it is of.
EXPORT CUresult cuModuleLoadDataEx(Module** module, const void* image, unsigned options, int* keys, void** values) {
    CHECK_CONTEXT();
    if (!logs_have_sizes(options, keys, values)) return INVALID_VALUE;
    const char* text = (const char*)image;
    if (strncmp(text, "// ", 3) != 0) return INVALID_PTX;
    std::string name;
    for (const char* c = text + 3; *c && strncmp(c, " by nvcc", 8) != 0; c++) {
        name += *c == ' ' || *c == '/' ? '_' : *c;
    }
    void* library = dlopen((folder() + "/" + name + ".so").c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "stand-in: %s\n", dlerror());
        return INVALID_PTX;
    }
    *module = new Module{library};
    return SUCCESS;
}

EXPORT CUresult cuModuleUnload(Module* module) {
    dlclose(module->library);
    delete module;
    return SUCCESS;
}

EXPORT CUresult cuModuleGetFunction(Function** function, Module* module, const char* name) {
    CHECK_CONTEXT();
    void* found = dlsym(module->library, (std::string("launch_") + name).c_str());
    if (!found) return NOT_FOUND;
    *function = new Function{(void (*)(const char*, int, int, int, int))found, name};
    return SUCCESS;
}

// Does the work, or keeps it where the stream is captured. Libraries over the driver call it too.
EXPORT CUresult stand_in_enqueue(Stream* stream, const char* name, const Work* work) {
    CHECK_CONTEXT();
    if (stream->context != current) return INVALID_HANDLE;
    std::string label = name;
    Work counted = [label, work = *work]() -> CUresult {
        launches++;
        launched += label + "\n";
        if (launches_until_failure == 0) {
            dead = ILLEGAL_ADDRESS;
            return dead;
        }
        if (launches_until_failure > 0) launches_until_failure--;
        return work();
    };
    if (stream->captured) {
        stream->captured->nodes.push_back(counted);
        return SUCCESS;
    }
    return counted();
}

EXPORT CUresult cuLaunchKernel(Function* function, unsigned x, unsigned y, unsigned z, unsigned block_x,
        unsigned block_y, unsigned block_z, unsigned shared, Stream* stream, void** parameters, void** extra) {
    // Weft passes parameters as one block: {1, the block, 2, its size, 0}.
    if (parameters || !extra || extra[0] != (void*)1 || extra[2] != (void*)2) return INVALID_VALUE;
    if (!x || !y || !z || y > 65535 || z > 65535 || block_y != 1 || block_z != 1 || block_x > 1024 || shared) {
        return INVALID_VALUE;
    }
    std::string block((const char*)extra[1], *(size_t*)extra[3]);
    auto run = function->run;
    Work work = [=]() -> CUresult {
        run(block.data(), (int)x, (int)y, (int)z, (int)block_x);
        return SUCCESS;
    };
    return stand_in_enqueue(stream, function->name.c_str(), &work);
}

// ---- graphs

static long graphs, graph_launches;

// Graphs, captured or made ready to be launched, that nobody has destroyed.
EXPORT long stand_in_graphs(void) { return graphs; }
EXPORT long stand_in_graph_launches(void) { return graph_launches; }

EXPORT CUresult cuStreamBeginCapture_v2(Stream* stream, int mode) {
    (void)mode;
    CHECK_CONTEXT();
    if (stream->captured) return ILLEGAL_STATE;
    stream->captured = new Graph();
    graphs++;
    return SUCCESS;
}

EXPORT CUresult cuStreamEndCapture(Stream* stream, Graph** graph) {
    CHECK_CONTEXT();
    if (!stream->captured) return ILLEGAL_STATE;
    *graph = stream->captured;
    stream->captured = nullptr;
    return SUCCESS;
}

EXPORT CUresult cuGraphInstantiateWithFlags(Graph** ready, Graph* graph, unsigned long long flags) {
    CHECK_CONTEXT();
    if (flags) return INVALID_VALUE;
    // Nodes take memory of the device, which may end here too.
    allocations++;
    if (allocations_until_failure == 0) return OUT_OF_MEMORY;
    if (allocations_until_failure > 0) allocations_until_failure--;
    *ready = new Graph(*graph);
    graphs++;
    return SUCCESS;
}

EXPORT CUresult cuGraphLaunch(Graph* ready, Stream* stream) {
    CHECK_CONTEXT();
    if (stream->captured) return STREAM_CAPTURE_UNSUPPORTED;
    if (stream->context != current) return INVALID_HANDLE;
    graph_launches++;
    for (const Work& node : ready->nodes) {
        CUresult code = node();
        if (code) return code;
    }
    return SUCCESS;
}

EXPORT CUresult cuGraphDestroy(Graph* graph) {
    delete graph;
    graphs--;
    return SUCCESS;
}

EXPORT CUresult cuGraphExecDestroy(Graph* ready) { return cuGraphDestroy(ready); }
