"""Our own drawings of task types, event types, gateway types and markers.

Each is a piece of SVG around the point (0, 0), drawn with the stroke of its
group.  `{fill}` is the colour of what is solid (throwing events), `{back}` the
colour behind it.
"""

TASKS = {  # within 14 by 14
    "userTask": '<circle cy="-3" r="3"/><path d="M-6 6c0-4 2.5-6 6-6s6 2 6 6z"/>',
    "manualTask": '<path d="M-6-1v-2l4-3h2l-2 3h7a1 1 0 0 1 0 2h1a1 1 0 0 1 0 2h-1a1 1 0 0 1 0 2h-1a1 1 0 0 1 0 2h-8l-2-1z"/>',
    "serviceTask": '<circle r="2"/><circle r="4.5"/><path d="M0-7v2.5M0 4.5v2.5M-7 0h2.5M4.5 0h2.5M-5-5l1.8 1.8M3.2 3.2l1.8 1.8M5-5l-1.8 1.8M-3.2 3.2l-1.8 1.8"/>',
    "scriptTask": '<path d="M-2.500-6.500h8c-3 3 2 6-1 13h-9c3-7-2-10 2-13zM-1.500-3h4M-1 0h4M0 3h4"/>',
    "sendTask": '<path d="M-7-5h14v10h-14z" fill="{fill}"/><path d="M-7-5l7 6 7-6" stroke="{back}"/>',
    "receiveTask": '<path d="M-7-5h14v10h-14zM-7-5l7 6 7-6"/>',
    "businessRuleTask": '<path d="M-7-6h14v12h-14zM-7 2h14M-2-2v8"/><path d="M-7-6h14v4h-14z" fill="{fill}"/>',
}

EVENTS = {  # within 18 by 18
    "messageEventDefinition": '<path d="M-8-5.500h16v11h-16z" fill="{solid}"/><path d="M-8-5.500l8 6 8-6" stroke="{line}"/>',
    "timerEventDefinition": '<circle r="8.500"/><path d="M0-5.500v5.500l4 2M0-8.500v1.800M0 6.700v1.800M-8.500 0h1.800M6.700 0h1.800"/>',
    "errorEventDefinition": '<path d="M-8 7l4-14 6 9 6-9-4 14-6-9z" fill="{solid}" stroke-linejoin="round"/>',
    "signalEventDefinition": '<path d="M0-8l8 13h-16z" fill="{solid}" stroke-linejoin="round"/>',
    "escalationEventDefinition": '<path d="M0-8l6 15-6-6-6 6z" fill="{solid}" stroke-linejoin="round"/>',
    "terminateEventDefinition": '<circle r="8" fill="{fill}" stroke="none"/>',
    "conditionalEventDefinition": '<path d="M-6-8h12v16h-12zM-3.500-4h7M-3.500 0h7M-3.500 4h7"/>',
    "compensateEventDefinition": '<path d="M-1-6v12l-8-6zM7-6v12l-8-6z" fill="{solid}" stroke-linejoin="round"/>',
    "linkEventDefinition": '<path d="M-8-3h9v-4l7 7-7 7v-4h-9z" fill="{solid}" stroke-linejoin="round"/>',
    "cancelEventDefinition": '<path d="M-7-5l2-2 5 5 5-5 2 2-5 5 5 5-2 2-5-5-5 5-2-2 5-5z" fill="{solid}"/>',
    "multiple": '<path d="M0-8l8 6-3 9h-10l-3-9z" fill="{solid}" stroke-linejoin="round"/>',
    "parallelMultiple": '<path d="M-2.500-8h5v5.500h5.500v5h-5.500v5.500h-5v-5.500h-5.500v-5h5.500z" fill="{solid}"/>',
}

GATEWAYS = {  # within 22 by 22
    "exclusiveGateway": '<path d="M-6-6l12 12M6-6l-12 12" stroke-width="2"/>',
    "parallelGateway": '<path d="M-9 0h18M0-9v18" stroke-width="2.500"/>',
    "inclusiveGateway": '<circle r="9" stroke-width="2.500"/>',
    "complexGateway": '<path d="M-9 0h18M0-9v18M-6.500-6.500l13 13M6.500-6.500l-13 13" stroke-width="2"/>',
    "eventBasedGateway": '<circle r="12"/><circle r="9.500"/><path d="M0-6.500l6 4.500-2.300 7h-7.400l-2.300-7z"/>',
    "eventBasedParallel": '<circle r="12"/><path d="M-2-7h4v5h5v4h-5v5h-4v-5h-5v-4h5z"/>',
    "eventBasedStart": '<circle r="12"/><path d="M0-6.500l6 4.500-2.300 7h-7.400l-2.300-7z"/>',
}

MARKERS = {  # within 14 by 14
    "collapsed": '<path d="M-6-6h12v12h-12zM-3.500 0h7M0-3.500v7"/>',
    "parallel": '<path d="M-4-6v12M0-6v12M4-6v12" stroke-width="2"/>',
    "sequential": '<path d="M-6-4h12M-6 0h12M-6 4h12" stroke-width="2"/>',
    "loop": '<path d="M-1.500 5.800a6 6 0 1 1 3 0M-1.500 5.800l-4 .4M-1.500 5.800l-.5-4"/>',
    "compensation": '<path d="M-.500-5v10l-6-5zM6-5v10l-6-5z" stroke-linejoin="round"/>',
    "adHoc": '<path d="M-7 2c2-5 5-5 7-2s5 3 7-2"/>',
    "collection": '<path d="M-3-5v10M0-5v10M3-5v10"/>',
}
