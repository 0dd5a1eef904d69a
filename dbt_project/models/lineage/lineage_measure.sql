with final as (
    {% for model in [
        ref('lineage_membership'), ref('lineage_enterprises'), ref('lineage_outreach_of_year'),
        ref('lineage_agreements'), ref('lineage_employees'), ref('lineage_activities'),
    ] -%}
        select * from {{ model }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from final
