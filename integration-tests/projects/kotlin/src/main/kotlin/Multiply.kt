package example

import dev.weft.Devices
import dev.weft.Shape

fun main(arguments: Array<String>) {
    Devices.open(arguments.firstOrNull() ?: "cpu").use { device ->
        device.scope().use {
            val a = device.full(0.5, Shape.of(64, 64))
            val b = device.ones(64, 64)
            val c = a.matmul(b).slice(0, 0, 1).slice(1, 0, 1)
            println("${device.info().selector()}: ${c.item()}")
        }
    }
}
