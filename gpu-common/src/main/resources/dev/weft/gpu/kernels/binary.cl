/* y = f(a, b), and the gradients d = dy ∂f/∂a and dy ∂f/∂b that are not functions of this family themselves; each
 * group on a span of elements. BinaryOp in dev.weft.backend gives the formulas.
 *
 *   NAME          dense operands, n elements
 *   NAME_strided  any strides: n elements in row-major order of the extents; a stride of 0 repeats an operand
 *
 * y may be the same view as a or b. Tuning: GROUP, SPAN. */

#define BINARY(NAME, T, RESULT)                                                                \
    KERNEL(GROUP) NAME(long64 n, DENSE(const T, a_), DENSE(const T, b_), DENSE(T, y_)) {       \
        EACH_OF_SPAN(i, n) {                                                                   \
            T a = AT_DENSE(a_);                                                                \
            T b = AT_DENSE(b_);                                                                \
            AT_DENSE(y_) = RESULT;                                                             \
        }                                                                                      \
    }                                                                                          \
    KERNEL(GROUP) NAME##_strided(EXTENTS, VIEW(const T, a_), VIEW(const T, b_), VIEW(T, y_)) { \
        EACH_INDEX(n) {                                                                        \
            T a = AT(a_);                                                                      \
            T b = AT(b_);                                                                      \
            AT(y_) = RESULT;                                                                   \
        }                                                                                      \
    }

#define BINARY_GRAD(NAME, RESULT)                                                                               \
    KERNEL(GROUP) NAME(long64 n, DENSE(const float, a_), DENSE(const float, b_), DENSE(const float, dy_),       \
                       DENSE(float, d_)) {                                                                      \
        EACH_OF_SPAN(i, n) {                                                                                    \
            float a = AT_DENSE(a_);                                                                             \
            float b = AT_DENSE(b_);                                                                             \
            float dy = AT_DENSE(dy_);                                                                           \
            AT_DENSE(d_) = RESULT;                                                                              \
        }                                                                                                       \
    }                                                                                                           \
    KERNEL(GROUP) NAME##_strided(EXTENTS, VIEW(const float, a_), VIEW(const float, b_), VIEW(const float, dy_), \
                                 VIEW(float, d_)) {                                                             \
        EACH_INDEX(n) {                                                                                         \
            float a = AT(a_);                                                                                   \
            float b = AT(b_);                                                                                   \
            float dy = AT(dy_);                                                                                 \
            AT(d_) = RESULT;                                                                                    \
        }                                                                                                       \
    }

/* I32 wraps; in C that needs unsigned arithmetic. */
#define WRAP(a, op, b) ((int)((uint32)(a)op(uint32)(b)))

/* Truncated, 0 where b is 0; the one quotient that overflows wraps. */
DEVICE int quotient(int a, int b) {
    if (b == 0) {
        return 0;
    }
    return b == -1 ? (int)(0u - (uint32)a) : a / b;
}

BINARY(add, float, a + b)
BINARY(sub, float, a - b)
BINARY(mul, float, a* b)
BINARY(div_value, float, a / b)
BINARY(pow_value, float, pow(a, b))
BINARY(min_value, float, (a < b || a != a) ? a : b)
BINARY(max_value, float, (a > b || a != a) ? a : b)
BINARY(equal, float, a == b ? 1.0f : 0.0f)

BINARY(add_i32, int, WRAP(a, +, b))
BINARY(sub_i32, int, WRAP(a, -, b))
BINARY(mul_i32, int, WRAP(a, *, b))
BINARY(div_i32, int, quotient(a, b))
BINARY(min_i32, int, a < b ? a : b)
BINARY(max_i32, int, a > b ? a : b)
BINARY(equal_i32, int, a == b ? 1 : 0)

BINARY_GRAD(div_grad_b, -dy * a / (b * b))
BINARY_GRAD(pow_grad_a, b == 0.0f ? 0.0f : dy * (b * pow(a, b - 1.0f)))
BINARY_GRAD(pow_grad_b, a == 0.0f && b >= 0.0f ? 0.0f : dy * (pow(a, b) * natural_log(a)))

/* The gradient by the operand that must be the smaller: min's by a, max's by b; and by the other. */
BINARY_GRAD(smaller_grad, a == b ? 0.5f * dy : (a < b ? dy : 0.0f))
BINARY_GRAD(larger_grad, a == b ? 0.5f * dy : (a < b ? 0.0f : dy))
